using System.Net;
using Bridge.Contracts;
using Bridge.Server.Shutdown;
using Bridge.Tests.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Shutdown;

public sealed class StopSignalTests
{
    [Theory]
    [InlineData("GET", "/events?brokerKey=embedded&topic=a&format=stream")]
    [InlineData("POST", "/hub/negotiate?negotiateVersion=1")]
    public async Task Request_ConnectionThatWouldLast_IsRefusedWhenWaitsEnd(string method, string path)
    {
        await using var host = await EmbeddedBridge.StartAsync();
        await host.Services.GetRequiredService<StopSignal>().EndWaitsAsync();

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        answer.Headers.RetryAfter!.Delta.Should().BeGreaterThan(TimeSpan.Zero);
        await answer.ShouldBeProblemAsync(503, ErrorCodes.Overloaded);
    }

    [Fact]
    public async Task Request_ThatIsAnsweredAtOnce_IsServedUntilTheEnd()
    {
        await using var host = await EmbeddedBridge.StartAsync();
        var stop = host.Services.GetRequiredService<StopSignal>();
        stop.Begin();
        await stop.EndWaitsAsync();

        using var publish = await host.Client.PostAsync(new Uri("/publish?brokerKey=embedded&topic=a", UriKind.Relative), new StringContent("1"));
        using var poll = await host.Client.GetAsync(new Uri("/events?brokerKey=embedded&topic=none&wait=60", UriKind.Relative));

        publish.StatusCode.Should().Be(HttpStatusCode.OK);
        poll.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }
}
