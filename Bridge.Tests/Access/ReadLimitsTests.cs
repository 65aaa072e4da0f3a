using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.FanOut;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Access;

public sealed class ReadLimitsTests
{
    private const string Stream = "&format=stream";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Get_MoreOftenThanAllowed_IsLimitedAsIsATicket()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("ReadsPerSecond", 1));
        for (var i = 0; i < 10; i++)
            (await StatusOfAsync(LimitScene.ReadAsync(scene.One))).Should().Be(200);

        using (var refused = await LimitScene.ReadAsync(scene.One))
            (await LimitScene.ShouldBeLimitedAsync(refused, "ReadsPerSecond", 1)).Should().Be(1);
        using (var refused = await scene.One.PostAsync(new Uri("/ticket", UriKind.Relative), null))
            await LimitScene.ShouldBeLimitedAsync(refused, "ReadsPerSecond", 1);
        (await StatusOfAsync(LimitScene.ReadAsync(scene.Two))).Should().Be(200);
        (await StatusOfAsync(LimitScene.PublishAsync(scene.One))).Should().Be(200);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await StatusOfAsync(LimitScene.ReadAsync(scene.One))).Should().Be(200);
    }

    [Fact]
    public async Task Subscribe_MoreOftenThanAllowed_IsLimitedThroughEachDoor()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("SubscribesPerSecond", 1));
        await using var hub = await scene.ConnectAsync("one");
        await using var other = await scene.ConnectAsync("two");
        for (var i = 0; i < 10; i++)
            await hub.UnsubscribeAsync(await hub.SubscribeAsync("embedded", "t"));

        await FluentActions.Awaiting(() => hub.SubscribeAsync("embedded", "t")).Should().ThrowAsync<HubException>()
            .WithMessage("*HubException: rate_limited: 'one' subscribes too often: Bridge:Limits:SubscribesPerSecond is 1. *");
        using (var refused = await LimitScene.ReadAsync(scene.One, Stream))
            (await LimitScene.ShouldBeLimitedAsync(refused, "SubscribesPerSecond", 1)).Should().Be(1);
        (await StatusOfAsync(LimitScene.ReadAsync(scene.One))).Should().Be(200, "that makes no feed");
        await other.SubscribeAsync("embedded", "t");
        _time.Advance(TimeSpan.FromSeconds(1));
        await hub.SubscribeAsync("embedded", "t");
    }

    [Fact]
    public async Task Subscribe_MoreThanOneUserMayHave_IsTooManyUntilOneEnds()
    {
        await using var scene = await LimitScene.StartAsync(("SubscriptionsPerUser", 2));
        await using var hub = await scene.ConnectAsync("one");
        await using var other = await scene.ConnectAsync("two");
        var first = await hub.SubscribeAsync("embedded", "t");
        var second = await scene.ConnectAsync("one");
        await second.SubscribeAsync("embedded", "t");

        await FluentActions.Awaiting(() => hub.SubscribeAsync("embedded", "t")).Should().ThrowAsync<HubException>()
            .WithMessage("*HubException: too_many_subscriptions: 'one' has too many subscriptions: Bridge:Limits:SubscriptionsPerUser is 2.");
        using (var refused = await LimitScene.ReadAsync(scene.One, Stream))
            await LimitScene.ShouldBeLimitedAsync(refused, "SubscriptionsPerUser", 2, ErrorCodes.TooManySubscriptions);
        await other.SubscribeAsync("embedded", "t");
        scene.Refusals.Items.Should().Equal(
            "too_many_subscriptions SubscriptionsPerUser", "too_many_subscriptions SubscriptionsPerUser");

        await hub.UnsubscribeAsync(first);
        await hub.SubscribeAsync("embedded", "t");
        await second.DisposeAsync();
        await Eventually.HoldsAsync(async () => await StatusOfAsync(LimitScene.ReadAsync(scene.One, Stream)) == 200);
    }

    [Fact]
    public async Task Subscribe_ThatIsRefused_HoldsNothing()
    {
        await using var scene = await LimitScene.StartAsync(("SubscriptionsPerUser", 2), ("SubscriptionsPerConnection", 1));
        await using var hub = await scene.ConnectAsync("one");
        for (var i = 0; i < 5; i++)
            await FluentActions.Awaiting(() => hub.SubscribeAsync("none", "t")).Should().ThrowAsync<HubException>().WithMessage("*broker_unknown*");
        await hub.SubscribeAsync("embedded", "t");
        for (var i = 0; i < 5; i++)
            await FluentActions.Awaiting(() => hub.SubscribeAsync("embedded", "t")).Should().ThrowAsync<HubException>().WithMessage("*A connection may have 1 *");

        await using var second = await scene.ConnectAsync("one");
        await second.SubscribeAsync("embedded", "t");
    }

    /// <summary>Connections, streams and subscriptions come and go as they like, through every way in which they can end.</summary>
    [Fact]
    public async Task Leases_WhenAllHasEnded_AreGivenBack()
    {
        await using var scene = await LimitScene.StartAsync(
            ("ConnectionsPerUser", 6), ("ConnectionsPerAddress", 9), ("SubscriptionsPerUser", 5), ("SubscribesPerSecond", 1_000_000));
        var (limits, connections) = (scene.Host.Services.GetRequiredService<CallerLimits>(), scene.Host.Services.GetRequiredService<ConnectionLimits>());

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async seed =>
        {
            var random = new Random(seed);
            string? user = new[] { "one", "two", null }[seed % 3];
            var client = new[] { scene.One, scene.Two, scene.Nobody }[seed % 3];
            for (var i = 0; i < 25; i++)
            {
                if (random.Next(3) == 0)
                    await UseHubAsync(scene, user, random.Next(1, 4));
                else
                    (await StatusOfAsync(LimitScene.ReadAsync(client, random.Next(2) == 0 ? Stream : "&wait=0.05"))).Should().BeOneOf(200, 304, 429);
            }
        }));

        scene.Refusals.Items.Should().NotBeEmpty("there were more than allowed");
        await Eventually.HoldsAsync(() => limits.Subscribers == 0 && connections.Holders == (0, 0));
        scene.Host.Services.GetRequiredService<MessageStreams>().Get("embedded").GetStatistics().Subscriptions.Should().Be(0);
    }

    private static async Task UseHubAsync(LimitScene scene, string? user, int subscriptions)
    {
        try
        {
            await using var hub = await scene.ConnectAsync(user);
            for (var i = 0; i < subscriptions; i++)
                await hub.SubscribeAsync("embedded", "t");
        }
        catch (Exception exception) when (exception is HubException or HttpRequestException or AggregateException)
        {
            exception.Message.Should().ContainAny("too_many_subscriptions", "429");
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException)
        {
            // One connection too many, which was ended before it was answered, or had asked.
        }
    }

    private static async Task<int> StatusOfAsync(Task<HttpResponseMessage> answering)
    {
        using var answer = await answering;
        return (int)answer.StatusCode;
    }
}
