using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hubs;

public sealed class HubRequestTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [ToolTheory(Tool.Node)]
    [InlineData("json", "WebSockets")]
    [InlineData("messagepack", "WebSockets")]
    [InlineData("json", "LongPolling")]
    public async Task Request_AnyValue_IsAnsweredWithTheReplysEnvelope(string protocol, string transport)
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic);
        await using var client = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol, transport);

        var reply = await client.InvokeAsync("Request", new { brokerKey = "embedded", topic, message = new { ask = 1.5 }, unknown = 1 });

        reply.EnumerateObject().Select(member => member.Name).Should().BeEquivalentTo("brokerKey", "topic", "message", "qos", "receivedAt");
        reply.GetProperty("brokerKey").GetString().Should().Be("embedded");
        reply.GetProperty("message").GetString().Should().Be("""{"ask":1.5}""");
    }

    [Fact]
    public async Task Request_HundredsThatAreNotAnswered_HoldUpNothingElse()
    {
        const int Count = 900;
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic, (_, _) => Task.CompletedTask);
        await using var client = await HubClient.ConnectAsync(bridge.Host.HubUrl);
        var waiting = Enumerable.Range(0, Count).Select(_ => client.RequestAsync("embedded", topic, "1", timeoutSeconds: 300)).ToList();
        await Eventually.HoldsAsync(() => responder.Requests.Items.Count == Count);

        (await client.PublishAsync("embedded", EmbeddedBridge.NewTopic(), "1")).Should().NotBeNull();

        waiting.Should().OnlyContain(request => !request.IsCompleted);
        foreach (var request in responder.Requests.Items)
            await responder.ReplyAsync(request, []);
        await Task.WhenAll(waiting).WaitAsync(Eventually.DefaultTimeout);
    }
}
