using System.Globalization;
using System.Text.Json;
using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>Subscribers who want only the last values, and these only so often.</summary>
public sealed class LatestDeliveryTests
{
    private const double MaxRate = 5;
    private const int PerSecond = 2000;
    private const int Messages = 4000;

    private static readonly string[] Topics = [.. Enumerable.Range(0, 20).Select(index => $"load/{index}")];

    [ToolFact(Tool.Mosquitto | Tool.Node)]
    public async Task Subscribe_LatestWithARate_GetsTheLastValuesAndNoMoreOftenThanThat()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 0\nset_tcp_nodelay true" });
        await using var host = await BridgeHost.StartAsync(BrokerSettings.Of("plant", broker));
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        await using var json = await SubscribeInNodeAsync(host, "json");
        await using var messagePack = await SubscribeInNodeAsync(host, "messagepack");
        await using var client = await BridgeClient.ConnectAsync(host.HubUrl);
        var (subscription, messages) = Enumerate(client);
        await host.WaitForBrokerAsync("plant", info => info.Subscriptions == 3);

        var began = TimeProvider.System.GetTimestamp();
        await using var numbers = await NumberStream.StartAsync(broker.Port, Topics, PerSecond);
        await Eventually.HoldsAsync(() => numbers.Published >= Messages);
        var published = await numbers.StopAsync();

        foreach (var node in new[] { json, messagePack })
        {
            await Eventually.HoldsAsync(() => HasLast(node.Batches.SelectMany(SeenIn), published));
            // The time is read after the batches: that can only allow more of them.
            var batches = node.Batches;
            batches.Count.Should().BeLessThanOrEqualTo((int)(MaxRate * TimeProvider.System.GetElapsedTime(began).TotalSeconds) + 1);
            var received = batches.SelectMany(SeenIn).ToList();
            ShouldBeInOrder(received);
            (received.Count + batches.Sum(SkippedIn)).Should().Be(published.Values.Sum());
        }

        await Eventually.HoldsAsync(() => HasLast(messages.Items.Select(Seen), published));
        var seen = messages.Items.Select(Seen).ToList();
        var deliveries = messages.Items.Count(message => message.Cursor is not null);
        deliveries.Should().BeLessThanOrEqualTo((int)(MaxRate * TimeProvider.System.GetElapsedTime(began).TotalSeconds) + 1);
        ShouldBeInOrder(seen);
        (seen.Count + subscription.Skipped).Should().Be(published.Values.Sum());
    }

    private static async Task<NodeHubClient> SubscribeInNodeAsync(BridgeHost host, string protocol)
    {
        var client = await NodeHubClient.ConnectAsync(host.HubUrl, protocol);
        await client.InvokeAsync("Subscribe", new { brokerKey = "plant", topic = "load/+", mode = "latest", maxRate = MaxRate, snapshot = false });
        return client;
    }

    private static (BridgeSubscription Subscription, Collected<BridgeMessage> Messages) Enumerate(BridgeClient client)
    {
        var subscription = client.SubscribeAsync(
            new SubscribeRequest { BrokerKey = "plant", Topic = "load/+", Mode = SubscriptionMode.Latest, MaxRate = MaxRate, Snapshot = false });
        var messages = new Collected<BridgeMessage>();
        _ = Task.Run(async () =>
        {
            await foreach (var message in subscription)
                messages.Add(message);
        });
        return (subscription, messages);
    }

    private static bool HasLast(IEnumerable<(string Topic, int Number)> seen, IReadOnlyDictionary<string, int> published) =>
        published.Select(topic => (topic.Key, topic.Value - 1)).ToHashSet().IsSubsetOf(seen);

    private static void ShouldBeInOrder(IEnumerable<(string Topic, int Number)> seen)
    {
        foreach (var topic in seen.GroupBy(value => value.Topic))
            topic.Select(value => value.Number).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    private static (string Topic, int Number) Seen(BridgeMessage message) => (message.Topic, int.Parse(message.GetText(), CultureInfo.InvariantCulture));

    private static IEnumerable<(string Topic, int Number)> SeenIn(JsonElement batch) => batch.GetProperty("messages").EnumerateArray().Select(message =>
        (message.GetProperty("topic").GetString()!, int.Parse(message.GetProperty("message").GetString()!, CultureInfo.InvariantCulture)));

    private static long SkippedIn(JsonElement batch) => batch.TryGetProperty("skipped", out var count) ? count.GetInt64() : 0;
}
