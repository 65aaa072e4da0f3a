using System.Net.WebSockets;
using Bridge.Server.Access;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Access;

public sealed class ConnectionLimitsTests
{
    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task Connect_MoreThanOneUserMayHave_IsRefusedUntilOneEnds(HttpTransportType transport)
    {
        await using var scene = await LimitScene.StartAsync(("ConnectionsPerUser", 2));
        Task<HubClient> ConnectAsync(string? user) => scene.ConnectAsync(user, options => options.Transports = transport, messagePack: transport != HttpTransportType.ServerSentEvents);
        await using var first = await ConnectAsync("one");
        var second = await ConnectAsync("one");
        // Long polling counts when its handshake is done, which a client that sees its answer may be ahead of.
        await first.SubscribeAsync("embedded", "t");
        await second.SubscribeAsync("embedded", "t");

        (await FluentActions.Awaiting(() => ConnectAsync("one")).Should().ThrowAsync<HttpRequestException>())
            .Which.StatusCode.Should().Be(System.Net.HttpStatusCode.TooManyRequests);
        await using var other = await ConnectAsync("two");
        await using var nobody = await ConnectAsync(null);
        scene.Refusals.Items.Should().Equal("rate_limited ConnectionsPerUser");

        await second.DisposeAsync();
        await Eventually.HoldsAsync(async () => await CanAsync(() => ConnectAsync("one")));
    }

    [Fact]
    public async Task Connect_WithoutNegotiation_IsRefusedBeforeItIsAWebSocket()
    {
        await using var scene = await LimitScene.StartAsync(("ConnectionsPerUser", 1));
        await using var first = await scene.ConnectAsync("one");
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer one");
        socket.Options.CollectHttpResponseDetails = true;

        await FluentActions.Awaiting(() => socket.ConnectAsync(new Uri(scene.Host.HubUrl.Replace("http:", "ws:", StringComparison.Ordinal)), default))
            .Should().ThrowAsync<WebSocketException>();

        ((int)socket.HttpStatusCode).Should().Be(429);
        socket.HttpResponseHeaders!["Retry-After"].Should().Equal("5");
    }

    [Fact]
    public async Task Connect_ManyAtOnceByLongPolling_AreNoMoreThanAllowed()
    {
        await using var scene = await LimitScene.StartAsync(("ConnectionsPerUser", 3));
        var clients = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            try
            {
                return await scene.ConnectAsync("one", options => options.Transports = HttpTransportType.LongPolling);
            }
            catch (Exception exception) when (exception is HttpRequestException or AggregateException)
            {
                return null;
            }
        }));

        // Those who slipped through at the negotiation are closed.
        var connected = clients.OfType<HubClient>().ToList();
        await Eventually.HoldsAsync(async () =>
        {
            var alive = await Task.WhenAll(connected.Select(client => CanAsync(async () => await client.SubscribeAsync("embedded", "t"))));
            return alive.Count(isAlive => isAlive) is > 0 and <= 3;
        });
        foreach (var client in connected)
            await client.DisposeAsync();
        await Eventually.HoldsAsync(() => scene.Host.Services.GetRequiredService<ConnectionLimits>().Holders == (0, 0));
    }

    [Fact]
    public async Task Open_StreamsAndWaitingRequests_CountTogetherWithTheHub()
    {
        await using var scene = await LimitScene.StartAsync(("ConnectionsPerUser", 3));
        await using var hub = await scene.ConnectAsync("one");
        await using var stream = await EventStreamClient.OpenAsync(scene.One, EmbeddedBridge.EventsUri("t", "&format=stream").OriginalString);
        using var stop = new CancellationTokenSource();
        var poll = scene.One.GetAsync(EmbeddedBridge.EventsUri("none", $"&wait=60&since={await CursorAsync(scene)}"), stop.Token);
        await Eventually.HoldsAsync(() => scene.Host.Watchers("embedded") == 1);

        foreach (var rest in (string[])["&format=stream", "&wait=1"])
        {
            using var refused = await LimitScene.ReadAsync(scene.One, rest);
            (await LimitScene.ShouldBeLimitedAsync(refused, "ConnectionsPerUser", 3)).Should().Be(5);
        }

        using (var read = await LimitScene.ReadAsync(scene.One))
            await LimitScene.ShouldBeLimitedAsync(read, "ConnectionsPerUser", 3);
        using (var other = await LimitScene.ReadAsync(scene.Two, "&format=stream"))
            ((int)other.StatusCode).Should().Be(200);

        await stop.CancelAsync();
        await FluentActions.Awaiting(() => poll).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.HoldsAsync(async () =>
        {
            using var again = await LimitScene.ReadAsync(scene.One, "&wait=0.01");
            return again.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task Open_MoreThanAnAddressMayHave_IsRefusedWhoeverAsks()
    {
        await using var scene = await LimitScene.StartAsync(("ConnectionsPerAddress", 2), ("ConnectionsPerUser", 10));
        var first = await scene.ConnectAsync("one");
        await using var second = await scene.ConnectAsync(null);

        foreach (var client in new[] { scene.One, scene.Two, scene.Nobody })
        {
            using var refused = await LimitScene.ReadAsync(client, "&format=stream");
            await LimitScene.ShouldBeLimitedAsync(refused, "ConnectionsPerAddress", 2);
        }

        await first.DisposeAsync();
        await Eventually.HoldsAsync(async () => await CanAsync(() => scene.ConnectAsync("two")));
    }

    private static async Task<string> CursorAsync(LimitScene scene)
    {
        using var read = await LimitScene.ReadAsync(scene.Two);
        return read.Headers.GetValues("Bridge-Cursor").Single();
    }

    private static async Task<bool> CanAsync<T>(Func<Task<T>> tryAsync)
    {
        try
        {
            if (await tryAsync() is IAsyncDisposable made)
                await made.DisposeAsync();
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException or OperationCanceledException or Microsoft.AspNetCore.SignalR.HubException)
        {
            return false;
        }
    }
}
