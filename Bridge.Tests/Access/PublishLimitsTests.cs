using System.Text.Json;
using Bridge.Contracts;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Access;

public sealed class PublishLimitsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Post_MoreThanAllowed_IsLimitedUntilTheTimeThatItTells()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("PublishesPerSecond", 2));
        for (var i = 0; i < 20; i++)
            await ShouldGoAsync(LimitScene.PublishAsync(scene.One));

        using (var refused = await LimitScene.PublishAsync(scene.One))
            (await LimitScene.ShouldBeLimitedAsync(refused, "PublishesPerSecond", 2)).Should().Be(1);
        await ShouldGoAsync(LimitScene.PublishAsync(scene.Two));
        await ShouldGoAsync(LimitScene.PublishAsync(scene.Nobody));
        _time.Advance(TimeSpan.FromSeconds(1));

        await ShouldGoAsync(LimitScene.PublishAsync(scene.One));
        await ShouldGoAsync(LimitScene.PublishAsync(scene.One));
        using var again = await LimitScene.PublishAsync(scene.One);
        await LimitScene.ShouldBeLimitedAsync(again, "PublishesPerSecond", 2);
        scene.Refusals.Items.Should().Equal("rate_limited PublishesPerSecond", "rate_limited PublishesPerSecond");
    }

    [Fact]
    public async Task Post_BeyondTheLimitAgainAndAgain_IsCountedAndWrittenDownOnceASecond()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("PublishesPerSecond", 1));
        using (await LimitScene.PublishAllAsync(scene.One, 200))
        using (await LimitScene.PublishAllAsync(scene.Two, 11))
        {
            scene.Refusals.Items.Should().HaveCount(191);
            scene.RefusalLines.Should().HaveCount(2, "one for each caller").And.OnlyContain(line => line.Contains("rate_limited: 'one'") || line.Contains("rate_limited: 'two'"));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        using (await LimitScene.PublishAllAsync(scene.One, 10))
            scene.RefusalLines.Should().HaveCount(3);
    }

    [Fact]
    public async Task PostArray_LongerThanAllowed_IsPublishedAsFarAsItMay()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("PublishesPerSecond", 3));

        using var response = await LimitScene.PublishAllAsync(scene.One, 32);

        ((int)response.StatusCode).Should().Be(207);
        var items = JsonSerializer.Deserialize<JsonElement[]>(await response.Content.ReadAsStringAsync())!;
        items.Count(item => item.TryGetProperty("reason", out _)).Should().Be(30);
        items[30..].Should().OnlyContain(item => item.GetProperty("code").GetString() == "rate_limited" && item.GetProperty("status").GetInt32() == 429);
    }

    [Fact]
    public async Task PostArray_OfTenThousand_PassesByDefault()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("PublishesPerSecond", 1000));

        using var response = await LimitScene.PublishAllAsync(scene.One, 10_000);

        ((int)response.StatusCode).Should().Be(200);
    }

    [Fact]
    public async Task Post_RepeatedWithItsKey_DoesNotCountAgain()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("PublishesPerSecond", 1));
        for (var i = 0; i < 30; i++)
            await ShouldGoAsync(LimitScene.PublishAsync(scene.One, key: "same"));
        for (var i = 0; i < 9; i++)
            await ShouldGoAsync(LimitScene.PublishAsync(scene.One, key: $"{i}"));

        using (var refused = await LimitScene.PublishAsync(scene.One, key: "more"))
            await LimitScene.ShouldBeLimitedAsync(refused, "PublishesPerSecond", 1);
        _time.Advance(TimeSpan.FromSeconds(1));

        await ShouldGoAsync(LimitScene.PublishAsync(scene.One, key: "more"));
    }

    [Fact]
    public async Task Post_MoreBytesThanAllowed_IsLimitedAndTakesNoMessageFromTheOtherLimit()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("PublishBytesPerSecond", 100), ("MaxPayloadBytes", 2000), ("PublishesPerSecond", 1));
        await ShouldGoAsync(LimitScene.PublishAsync(scene.One, new string('x', 2000)));

        for (var i = 0; i < 20; i++)
        {
            using var refused = await LimitScene.PublishAsync(scene.One, new string('x', 1500));
            (await LimitScene.ShouldBeLimitedAsync(refused, "PublishBytesPerSecond", 100)).Should().Be(15);
        }

        await ShouldGoAsync(LimitScene.PublishAsync(scene.Two, new string('x', 1500)));
        await ShouldGoAsync(LimitScene.PublishAsync(scene.One, ""));
        _time.Advance(TimeSpan.FromSeconds(15));
        await ShouldGoAsync(LimitScene.PublishAsync(scene.One, new string('x', 1500)));
    }

    [Fact]
    public async Task PostRequest_MoreOftenThanAllowed_IsLimited()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("PublishesPerSecond", 1));
        using (await LimitScene.PublishAllAsync(scene.One, 10))
        {
        }

        using var content = new StringContent("""{"brokerKey":"embedded","topic":"t","message":"1"}""", null, "application/json");
        using var refused = await scene.One.PostAsync(new Uri("/request", UriKind.Relative), content);

        await LimitScene.ShouldBeLimitedAsync(refused, "PublishesPerSecond", 1);
    }

    [Fact]
    public async Task Publish_OnTheHub_CountsWithHttpAndIsTold()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("PublishesPerSecond", 1));
        await using var hub = await scene.ConnectAsync("one");
        await using var other = await scene.ConnectAsync("two");
        using (await LimitScene.PublishAllAsync(scene.One, 9))
        {
        }

        await hub.PublishAsync("embedded", "t", "1");
        var refused = await FluentActions.Awaiting(() => hub.PublishAsync("embedded", "t", "1")).Should().ThrowAsync<HubException>();

        refused.Which.Message.Should().EndWith(
            "HubException: rate_limited: 'one' publishes too often: Bridge:Limits:PublishesPerSecond is 1. Try again in 1 s.");
        (await other.PublishAsync("embedded", "t", "1")).Reason.Should().Be(PublishReason.Success);
    }

    [Fact]
    public async Task Post_WithoutName_CountsByAddress()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("PublishesPerSecond", 1));
        using (await LimitScene.PublishAllAsync(scene.Nobody, 10))
        {
        }

        using var refused = await LimitScene.PublishAsync(scene.Nobody);

        await LimitScene.ShouldBeLimitedAsync(refused, "PublishesPerSecond", 1);
        await ShouldGoAsync(LimitScene.PublishAsync(scene.One));
    }

    private static async Task ShouldGoAsync(Task<HttpResponseMessage> publishing)
    {
        using var response = await publishing;
        ((int)response.StatusCode).Should().Be(200, await response.Content.ReadAsStringAsync());
    }
}
