using System.Net.WebSockets;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

public sealed class OriginCheckTests : IAsyncLifetime
{
    private BridgeHost _bridge = null!;

    public async Task InitializeAsync() => _bridge = await BridgeHost.StartAsync(
        ("Bridge:EmbeddedBroker:Enabled", "true"), ("Bridge:EmbeddedBroker:Port", "0"), ("Bridge:Cors:Origins:0", "https://app.example"));

    public async Task DisposeAsync() => await _bridge.DisposeAsync();

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("https://app.example.evil.example")]
    public async Task Post_FormOfAForeignPage_IsForbidden(string origin)
    {
        using var response = await PostAsync("/publish", origin);

        await response.ShouldBeProblemAsync(403, "forbidden");
    }

    [Theory]
    [InlineData("/brokers")]
    [InlineData("/events?brokerKey=embedded&topic=a")]
    [InlineData("/events?brokerKey=embedded&topic=a&format=stream")]
    [InlineData("/health/live")]
    [InlineData("/hub?id=none")]
    [InlineData("/")]
    [InlineData("/no-such-page")]
    public async Task Get_AnythingByAForeignPage_IsForbidden(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", "https://evil.example");

        using var response = await _bridge.Client.SendAsync(request);

        (await response.ShouldBeProblemAsync(403, "forbidden")).Should().Contain("https://evil.example");
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("https://app.example", 200)]
    public async Task Post_Negotiate_IsAllowedToOwnAndConfiguredPages(string origin, int status)
    {
        using var response = await PostAsync("/hub/negotiate?negotiateVersion=1", origin);

        ((int)response.StatusCode).Should().Be(status);
    }

    [Fact]
    public async Task Upgrade_ByAForeignPage_IsRefusedAndByTheOwnNot()
    {
        await FluentActions.Awaiting(() => ConnectAsync("https://evil.example")).Should().ThrowAsync<WebSocketException>().WithMessage("*403*");

        // A proxy that ends TLS leaves the page's scheme another than ours.
        (await ConnectAsync(_bridge.Url)).Should().Be(WebSocketState.Open);
        (await ConnectAsync(_bridge.Url.Replace("http:", "https:", StringComparison.Ordinal))).Should().Be(WebSocketState.Open);
    }

    private async Task<WebSocketState> ConnectAsync(string origin)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin);
        await socket.ConnectAsync(new Uri(_bridge.HubUrl.Replace("http:", "ws:", StringComparison.Ordinal)), CancellationToken.None)
            .WaitAsync(Eventually.DefaultTimeout);
        return socket.State;
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Origin", origin);
        request.Content = new FormUrlEncodedContent([new("brokerKey", "embedded"), new("topic", "a"), new("message", "1")]);
        return await _bridge.Client.SendAsync(request);
    }
}
