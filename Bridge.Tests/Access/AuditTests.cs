using System.Text;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Access;

/// <summary>Who published what: in the message, and in the audit log.</summary>
public sealed class AuditTests
{
    private readonly TestKey _key = new("excel", "operator");

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_ByAUser_IsStampedAndWrittenDown()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var bridge = await StartAsync(broker);
        await using var subscription = await broker.SubscribeAsync("#");
        using var client = LockedBridge.ClientOf(bridge, _key.Text);

        using var sent = await PostAsync(
            client, """{"brokerKey":"plant","topic":"a/1","message":"21","userProperties":[["unit","C"],["bridge-user","boss"],["Bridge-Request","1"]]}""");

        ((int)sent.StatusCode).Should().Be(200);
        var received = await subscription.WaitForMessageAsync();
        var line = bridge.Logs.Entries.Items.Single(entry => entry is { Category: AuditLog.Category, EventId.Id: 5003 }).Message;
        line.Should().Match("'excel' at *127.0.0.1 published to 'a/1' on broker 'plant' (2 bytes, QoS 1, retain False) as *: success");
        var request = line.Split(" as ")[1].Split(':')[0];
        received.UserProperties.Should().Be($"unit:C bridge-user:excel bridge-request:{request}");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_ToAnOlderBroker_IsWrittenDownOnly()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var bridge = await StartAsync(broker, ("Bridge:Brokers:plant:ProtocolVersion", "3.1.1"));
        using var client = LockedBridge.ClientOf(bridge, _key.Text);

        using var sent = await PostAsync(client, """{"brokerKey":"plant","topic":"a/1","message":"21"}""");

        ((int)sent.StatusCode).Should().Be(200);
        AuditOf(bridge).Should().ContainSingle().Which.Should().Contain("'excel'");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_NotAllowed_IsWrittenDownOnOneLine()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var bridge = await StartAsync(broker);
        await using var subscription = await broker.SubscribeAsync("#");
        using var client = LockedBridge.ClientOf(bridge, _key.Text);

        using var denied = await PostAsync(client, """{"brokerKey":"plant","topic":"b\n5003 'boss' published","message":"1"}""");
        using var deputy = await PostAsync(client, """{"brokerKey":"plant","topic":"a/1","message":"1","responseTopic":"b/set"}""");
        using var retained = await PostAsync(client, """{"brokerKey":"plant","topic":"a/1","message":"1","retain":true}""");
        using var some = await PostAsync(client, """[{"brokerKey":"plant","topic":"b","message":"1"},{"brokerKey":"plant","topic":"a/last","message":"1"}]""");

        new[] { denied, deputy, retained, some }.Select(response => (int)response.StatusCode).Should().Equal(403, 403, 403, 207);
        (await subscription.WaitForMessageAsync()).Topic.Should().Be("a/last", "nothing came before it");
        AuditOf(bridge).Should().HaveCount(5).And.OnlyContain(line => !line.Contains('\n'));
        AuditOf(bridge)[0].Should().Be("""Refused at 127.0.0.1: forbidden: 'excel' may not publish to 'b\u000A5003 'boss' published' on broker 'plant'.""");
        AuditOf(bridge)[1].Should().Contain("have replies published to 'b/set'");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_SameIdempotencyKeyOfTwoUsers_AreTwoMessages()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var bridge = await StartAsync(broker);
        await using var subscription = await broker.SubscribeAsync("#");
        using var client = LockedBridge.ClientOf(bridge, _key.Text);
        const string json = """{"brokerKey":"plant","topic":"a/1","message":"21","idempotencyKey":"k"}""";

        foreach (var caller in new[] { client, bridge.Client, client, bridge.Client })
            (await PostAsync(caller, json)).Dispose();
        (await PostAsync(client, """{"brokerKey":"plant","topic":"a/last","message":""}""")).Dispose();

        await subscription.WaitForMessageAsync(message => message.Topic == "a/last");
        subscription.Messages.Select(message => message.Topic).Should().Equal("a/1", "a/1", "a/last");
    }

    private static List<string> AuditOf(BridgeHost bridge) =>
        [.. bridge.Logs.Entries.Items.Where(entry => entry.Category == AuditLog.Category).Select(entry => entry.Message)];

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string json) =>
        client.PostAsync(new Uri("/publish", UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"));

    private async Task<BridgeHost> StartAsync(MosquittoBroker broker, params (string Key, string? Value)[] settings)
    {
        var bridge = await LockedBridge.StartAsync(
        [
            ("Bridge:Brokers:plant:Url", broker.Url),
            .. _key.Settings(1),
            ("Bridge:Access:Roles:operator:Allow:0:Actions:0", "publish"),
            ("Bridge:Access:Roles:operator:Allow:0:Broker", "plant"),
            ("Bridge:Access:Roles:operator:Allow:0:Topics:0", "a/#"),
            .. settings,
        ]);
        await bridge.WaitForStateAsync("plant", BrokerState.Connected);
        return bridge;
    }
}
