using System.Text.Json;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hubs;

/// <summary>Where there is no WebSocket, batches go through SignalR's own transports.</summary>
public sealed class HubTransportTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private const int Messages = 200;

    [ToolTheory(Tool.Node)]
    [InlineData("json", "WebSockets")]
    [InlineData("messagepack", "WebSockets")]
    [InlineData("json", "ServerSentEvents")]
    [InlineData("json", "LongPolling")]
    [InlineData("messagepack", "LongPolling")]
    public async Task Subscribe_OverEachTransport_GetsSnapshotAndAllOrTheLatest(string protocol, string transport)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "seed");
        await using var client = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol, transport);
        var all = await SubscribeAsync(client, new { brokerKey = "embedded", topic });
        var latest = await SubscribeAsync(client, new { brokerKey = "embedded", topic, mode = "latest", maxRate = 20 });

        await using var publisher = await HubClient.ConnectAsync(bridge.Host.HubUrl);
        for (var number = 1; number <= Messages; number++)
            await publisher.PublishAsync("embedded", topic, $"{number}");

        foreach (var subscription in new[] { all, latest })
            await client.WaitForEventAsync(happened => happened.Event == "Messages" && Texts([happened.Args[0]], subscription).Contains($"{Messages}"));
        var batches = client.Batches;
        Texts(batches, all).Should().Equal(["seed", .. Enumerable.Range(1, Messages).Select(number => $"{number}")]);
        var last = Texts(batches, latest);
        last[0].Should().Be("seed");
        last.Skip(1).Select(int.Parse).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        (last.Count - 1 + batches.Where(batch => IsOf(batch, latest)).Sum(SkippedIn)).Should().Be(Messages);
    }

    private static async Task<string> SubscribeAsync(NodeHubClient client, object request) =>
        (await client.InvokeAsync("Subscribe", request)).GetProperty("subscription").GetString()!;

    private static List<string> Texts(IEnumerable<JsonElement> batches, string subscription) =>
    [
        .. batches.Where(batch => IsOf(batch, subscription))
            .SelectMany(batch => batch.GetProperty("messages").EnumerateArray())
            .Select(message => message.GetProperty("message").GetString()!),
    ];

    private static bool IsOf(JsonElement batch, string subscription) => batch.GetProperty("subscription").GetString() == subscription;

    private static long SkippedIn(JsonElement batch) => batch.TryGetProperty("skipped", out var count) ? count.GetInt64() : 0;
}
