using System.Text.Json;
using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hubs;

/// <summary>Results have the contract's members and no others.</summary>
public sealed class HubResultTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [ToolTheory(Tool.Node)]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task Invoke_EachMethod_AnswersTheContractsMembers(string protocol)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "21.5", "text/plain");
        await using var client = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol);

        var last = await client.InvokeAsync("GetLast", new { brokerKey = "embedded", topic, unknown = 1, another = new { a = 1 } });
        var subscribed = await client.InvokeAsync("Subscribe", new { brokerKey = "embedded", topic = $"{topic}/#", unknown = true });
        var receipt = await client.InvokeAsync("Publish", new { brokerKey = "embedded", topic = $"{topic}/x", message = "1", unknown = "u" });
        var nothing = await client.InvokeAsync("Unsubscribe", new { subscription = subscribed.GetProperty("subscription").GetString(), unknown = 1 });

        Names(last).Except(["reset", "gap", "stale", "next"]).Should().BeEquivalentTo("brokerKey", "state", "cursor", "messages");
        Names(last.GetProperty("messages")[0]).Should().BeEquivalentTo("brokerKey", "topic", "message", "qos", "receivedAt", "cursor", "contentType", "userProperties");
        last.GetProperty("state").GetString().Should().Be("connected");
        Names(subscribed).Should().BeEquivalentTo("subscription", "brokerKey", "topic", "cursor", "state", "matchedTopics", "resumed", "gap");
        subscribed.GetProperty("matchedTopics").GetInt32().Should().Be(1);
        subscribed.GetProperty("resumed").GetBoolean().Should().BeFalse();
        Names(receipt).Should().BeEquivalentTo("brokerKey", "topic", "qos", "reason");
        nothing.ValueKind.Should().Be(JsonValueKind.Null);
    }

    [ToolTheory(Tool.Node)]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task Messages_SnapshotAndLive_HaveTheContractsMembers(string protocol)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1", rest: "&qos=0");
        await using var client = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol);

        await client.InvokeAsync("Subscribe", new { brokerKey = "embedded", topic });
        await client.InvokeAsync("Publish", new { brokerKey = "embedded", topic, message = "2" });
        var live = await client.WaitForEventAsync(happened => Has(happened, "2"));
        var snapshot = await client.WaitForEventAsync(happened => Has(happened, "1"));

        Names(snapshot.Args[0]).Should().BeEquivalentTo("subscription", "brokerKey", "cursor", "messages", "snapshot", "snapshotComplete");
        Names(snapshot.Args[0].GetProperty("messages")[0]).Should().BeEquivalentTo("topic", "message", "receivedAt", "userProperties");
        Names(live.Args[0]).Should().BeEquivalentTo("subscription", "brokerKey", "cursor", "messages");
        Names(live.Args[0].GetProperty("messages")[0]).Should().BeEquivalentTo("topic", "message", "qos", "receivedAt", "userProperties");
    }

    [ToolTheory(Tool.Node)]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task Publish_AnyValue_IsSentAsTextBytesOrCompactJson(string protocol)
    {
        await using var client = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol);

        foreach (var (message, payload) in new (object, string)[] { ("é🚀", "é🚀"), (21.5, "21.5"), (true, "true"), (new { a = new[] { 1, 2 } }, """{"a":[1,2]}""") })
        {
            var topic = EmbeddedBridge.NewTopic();
            await client.InvokeAsync("Publish", new { brokerKey = "embedded", topic, message });
            await Eventually.HoldsAsync(async () =>
            {
                using var shown = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, "&format=raw"), null);
                return await shown.Content.ReadAsStringAsync() == payload;
            }, describe: () => $"{message} as {payload}");
        }
    }

    private static bool Has(NodeEvent happened, string message) => happened.Event == "Messages"
        && happened.Args[0].GetProperty("messages").EnumerateArray().Any(envelope => envelope.GetProperty("message").GetString() == message);

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
}
