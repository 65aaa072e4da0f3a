using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bridge.Tests.Support;

public sealed class CurlTests
{
    [ToolFact(Tool.Curl)]
    public async Task RunAsync_LargePost_ReturnsTheLastResponse()
    {
        await using var server = await TestServer.StartAsync(_ => { }, app => app.MapPost("/echo", async context =>
        {
            context.Response.StatusCode = StatusCodes.Status207MultiStatus;
            context.Response.Headers.Append("Bridge-Cursor", "k:1");
            context.Response.Headers.Append("Link", new(["a", "b"]));
            await context.Request.Body.CopyToAsync(context.Response.Body);
        }));
        using var folder = new TemporaryFolder();
        // More than a megabyte: curl then asks first, and is answered "100 Continue".
        byte[] content = [0, 10, 13, 10, 0xFF, .. new byte[1_500_000]];
        await File.WriteAllBytesAsync(folder.File("body"), content);

        var response = await Curl.RunAsync("--data-binary", $"@{folder.File("body")}", $"{server.Urls.First()}/echo");

        response.Status.Should().Be(207);
        response.ExitCode.Should().Be(0);
        response.Headers["bridge-cursor"].Should().Be("k:1");
        response.Headers["link"].Should().Be("a, b");
        response.Body.AsSpan().SequenceEqual(content).Should().BeTrue();
    }

    [ToolFact(Tool.Curl)]
    public async Task RunAsync_EndlessStream_ReturnsWhatCameInTime()
    {
        await using var server = await TestServer.StartAsync(_ => { }, app => app.MapGet("/stream", async context =>
        {
            await context.Response.WriteAsync("id: 1\n\n");
            await context.Response.Body.FlushAsync();
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        }));

        var response = await Curl.RunAsync("--max-time", "3", $"{server.Urls.First()}/stream");

        response.Text.Should().Be("id: 1\n\n");
        response.ExitCode.Should().Be(28);
    }

    [ToolFact(Tool.Curl)]
    public async Task RunAsync_NobodyListens_Throws() =>
        await FluentActions.Awaiting(() => Curl.RunAsync($"http://127.0.0.1:{LoopbackPort.Find()}/"))
            .Should().ThrowAsync<InvalidOperationException>();
}
