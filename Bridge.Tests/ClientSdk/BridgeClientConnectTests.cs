using Bridge.ClientSdk;
using Bridge.Tests.ClientSdk.Support;

namespace Bridge.Tests.ClientSdk;

public sealed class BridgeClientConnectTests
{
    [Fact]
    public async Task ConnectAsync_ApiKey_TravelsInTheHeaderOnly()
    {
        await using var server = await ScriptedBridge.StartAsync();

        await using var bridge = await server.ConnectAsync(options => options.ApiKey = "k-123");

        bridge.ConnectionState.Should().Be(BridgeConnectionState.Connected);
        server.Requests.Waiting.Should().BeGreaterThan(1, "there is the negotiation and the connection");
        while (server.Requests.Waiting > 0)
            (await server.Requests.NextAsync()).Should().EndWith(" Bearer k-123").And.NotContain("access_token");
    }

    [Fact]
    public async Task ConnectAsync_AccessTokenProvider_IsAskedForEachConnection()
    {
        var tokens = new Arrivals<string>();
        var asked = 0;
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync(options => options.AccessTokenProvider = () =>
        {
            var token = $"t-{Interlocked.Increment(ref asked)}";
            tokens.Add(token);
            return Task.FromResult<string?>(token);
        });
        var before = asked;
        var reconnected = new Arrivals<ConnectionStateChange>();
        bridge.ConnectionStateChanged += (_, change) => reconnected.Add(change);

        server.Drop();

        (await reconnected.NextAsync()).State.Should().Be(BridgeConnectionState.Reconnecting);
        (await reconnected.NextAsync()).State.Should().Be(BridgeConnectionState.Connected);
        asked.Should().BeGreaterThan(before);
    }

    [Fact]
    public async Task ConnectAsync_ConfigureConnection_HasTheLastWord()
    {
        await using var server = await ScriptedBridge.StartAsync();

        await using var bridge = await server.ConnectAsync(options => options.ConfigureConnection = http =>
        {
            http.SkipNegotiation = true;
            http.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets;
        });

        server.Requests.Waiting.Should().Be(1, "there was no negotiation");
    }

    [Fact]
    public async Task ConnectAsync_NobodyListens_SaysWhere()
    {
        var error = await FluentActions.Awaiting(() => BridgeClient.ConnectAsync("http://127.0.0.1:1/hub").InTime())
            .Should().ThrowAsync<BridgeException>();

        error.Which.Code.Should().Be(BridgeException.Disconnected);
        error.Which.Message.Should().StartWith("Cannot connect to the bridge at http://127.0.0.1:1/hub: ");
        error.Which.InnerException.Should().BeOfType<HttpRequestException>();
    }

    [Theory]
    [InlineData(401, "unauthenticated")]
    [InlineData(403, "forbidden")]
    [InlineData(503, BridgeException.Disconnected)]
    public async Task ConnectAsync_Refused_HasTheCode(int status, string code)
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.Refuse = status;

        var error = await server.Awaiting(s => s.ConnectAsync()).Should().ThrowAsync<BridgeException>();

        error.Which.Code.Should().Be(code);
    }

    [Fact]
    public async Task ConnectAsync_Cancelled_Throws()
    {
        await using var server = await ScriptedBridge.StartAsync();

        await server.Awaiting(s => BridgeClient.ConnectAsync(s.Url, cancellationToken: new CancellationToken(true)).InTime())
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("hub")]
    [InlineData("")]
    [InlineData("ftp://bridge.example/hub")]
    public async Task ConnectAsync_NoHttpAddress_Throws(string url) =>
        await FluentActions.Awaiting(() => BridgeClient.ConnectAsync(url)).Should().ThrowAsync<ArgumentException>();

    [Fact]
    public async Task ConnectAsync_OptionOutOfRange_NamesIt()
    {
        await Fails(options => options.BufferCapacity = 0, "BufferCapacity");
        await Fails(options => options.ReconnectBaseDelay = TimeSpan.Zero, "ReconnectBaseDelay");
        await Fails(options => options.ReconnectMaxDelay = TimeSpan.FromSeconds(0.1), "ReconnectMaxDelay");
        await Fails(options => options.ReconnectMaxDelay = TimeSpan.FromDays(2), "ReconnectMaxDelay");
        await Fails(options => options.TimeProvider = null!, "TimeProvider");
        await Fails(
            options =>
            {
                options.ApiKey = "k";
                options.AccessTokenProvider = () => Task.FromResult<string?>("t");
            },
            "not both");

        static async Task Fails(Action<BridgeClientOptions> configure, string expected) =>
            await FluentActions.Awaiting(() => BridgeClient.ConnectAsync("http://127.0.0.1:1/hub", configure))
                .Should().ThrowAsync<ArgumentException>().WithMessage($"*{expected}*");
    }
}
