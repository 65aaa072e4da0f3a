using Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bridge.Tests.EndToEnd;

/// <summary>A proxy that serves the bridge under a path of its own, of which the bridge learns nothing. Only GET.</summary>
internal sealed class PathProxy : IAsyncDisposable
{
    private readonly HttpClient _client;
    private readonly WebApplication _app;

    private PathProxy(HttpClient client, WebApplication app) => (_client, _app) = (client, app);

    public string Url => _app.Urls.Single();

    /// <param name="path">The path, such as <c>/bridge</c>.</param>
    /// <param name="target">Where the bridge is.</param>
    public static async Task<PathProxy> StartAsync(PathString path, string target)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(target), Timeout = Eventually.DefaultTimeout };
        var app = await TestServer.StartAsync(_ => { }, app => app.Run(context => context.Request.Path.StartsWithSegments(path, out var rest)
            ? ForwardAsync(client, context, rest + context.Request.QueryString.Value)
            : Results.NotFound().ExecuteAsync(context)));
        return new PathProxy(client, app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private static async Task ForwardAsync(HttpClient client, HttpContext context, string target)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(target, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
        using var response = await client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
            context.Response.Headers[name] = values.ToArray();
        await response.Content.CopyToAsync(context.Response.Body);
    }
}
