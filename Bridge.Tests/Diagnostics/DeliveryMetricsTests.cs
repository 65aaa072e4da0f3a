using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Diagnostics;

/// <summary>What is counted of deliveries is what connections got, also those that are too slow.</summary>
public sealed class DeliveryMetricsTests
{
    private const int Messages = 3000;

    private static readonly string[] Topics = [.. Enumerable.Range(0, 50).Select(index => $"a/{index}")];

    [ToolFact(Tool.Mosquitto)]
    public async Task Deliveries_ToFastAndSlow_AreThoseThatTheyGot()
    {
        await using var scene = await FloodScene.StartAsync();
        await using var reader = await scene.SubscribeReaderAsync();
        var all = new SubscribeRequest { Topic = "a/#", Snapshot = false };
        await using var slow = await scene.SubscribeAsync(all, "json");
        await using var latest = await scene.SubscribeAsync(all with { Mode = SubscriptionMode.Latest, MaxRate = 20 }, "messagepack", receiveBuffer: 1_000_000);

        var reading = Task.WhenAll(reader.ReadAsync(Messages, scene.Flood.Confirm), latest.ReadAsync(Messages));
        await scene.Flood.PublishAsync(Messages, Topics);
        await reading;
        var stalled = await Scrape.WaitAsync(scene.Bridge.Client, scrape => scrape.Sum("bridge_messages_in_total") == Messages);
        await slow.ReadAsync(Messages);

        stalled.Sum("bridge_outbox_behind", ("kind", "hub")).Should().Be(1);
        stalled.Sum("bridge_outbox_size_bytes", ("kind", "hub")).Should().BePositive();
        stalled.Sum("bridge_outbox_records", ("kind", "hub")).Should().BePositive();
        var done = await Scrape.WaitAsync(scene.Bridge.Client, scrape => scrape.Sum("bridge_outbox_behind") == 0 && scrape.Sum("bridge_outbox_size_bytes") == 0);
        slow.Skipped.Should().BePositive("otherwise it was not slow");
        done.Sum("bridge_deliveries_skipped_total", ("cause", "behind")).Should().Be(slow.Skipped);
        done.Sum("bridge_deliveries_skipped_total", ("cause", "latest")).Should().Be(latest.Skipped);
        done.Sum("bridge_deliveries_skipped_total", ("cause", "overload")).Should().Be(0);
        done.Sum("bridge_deliveries_total").Should().Be(reader.Received + slow.Received + latest.Received);
        done.Sum("bridge_deliveries_total", ("kind", "catch_up")).Should().BePositive();
    }
}
