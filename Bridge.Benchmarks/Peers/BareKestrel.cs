using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;

namespace Bridge.Benchmarks.Peers;

/// <summary>The floor under every HTTP figure: Kestrel, no routing, a constant answer.</summary>
internal static class BareKestrel
{
    public static async Task RunAsync()
    {
        var answer = "\"0123456789012345678901234567890123456789012345678901234567890123\""u8.ToArray();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            await context.Response.Body.WriteAsync(answer);
        });
        await app.StartAsync();
        Console.WriteLine($"listening on {new Uri(app.Urls.First()).Port}");
        await app.WaitForShutdownAsync();
    }
}
