using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Publishing;

/// <summary>Idempotency keys, and what a real broker gets of the messages that come with them.</summary>
public sealed class IdempotencyLinkTests
{
    private static readonly PublishRequest Message = new()
    {
        BrokerKey = LinkHost.Key,
        Topic = "once",
        Payload = "1"u8.ToArray(),
        IdempotencyKey = "k",
    };

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_ManyAtATimeThroughEveryDoor_PublishesOnce()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker);
        await using var subscription = await broker.SubscribeAsync("#");
        await using var json = await HubClient.ConnectAsync(host.HubUrl, messagePack: false);
        await using var messagePack = await HubClient.ConnectAsync(host.HubUrl);
        await using var sdk = await BridgeClient.ConnectAsync(host.HubUrl);

        var posts = Enumerable.Range(0, 10).Select(_ => PostAsync(host)).ToList();
        var receipts = await Task.WhenAll(Enumerable.Range(0, 30).Select(number => (number % 3) switch
        {
            0 => json.PublishAsync(Message),
            1 => messagePack.PublishAsync(Message),
            _ => sdk.PublishAsync(Message),
        }));

        receipts.Should().OnlyContain(receipt => receipt == receipts[0]);
        receipts[0].Should().Be(new PublishReceipt
        {
            BrokerKey = LinkHost.Key,
            Topic = "once",
            QualityOfService = QualityOfService.AtLeastOnce,
            Reason = PublishReason.Success,
        });
        foreach (var response in await Task.WhenAll(posts))
            using (response)
                ((int)response.StatusCode).Should().Be(200);
        await ShouldHaveArrivedAsync(host, subscription, times: 1);
        await ShouldFailAsync(() => json.PublishAsync(Message with { Retain = true }), ErrorCodes.IdempotencyConflict);
        (await FluentActions.Awaiting(() => sdk.PublishAsync(Message with { Topic = "twice" })).Should().ThrowAsync<BridgeException>())
            .Which.Code.Should().Be(ErrorCodes.IdempotencyConflict);
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Publish_LinkCutBeforeTheAcknowledgement_IsNeverPublishedTwice(int qos)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "log_type debug" });
        await using var proxy = new TcpProxy(broker.Port);
        await using var host = await ConnectAsync(broker, proxy);
        await using var subscription = await broker.SubscribeAsync("#");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        var request = Message with { QualityOfService = (QualityOfService)qos };

        proxy.LoseDownstream();
        var publishing = client.PublishAsync(request);
        // With QoS 2 the broker passes the message on when it is released, which it never is.
        if (qos == 1)
            await subscription.WaitForMessageAsync();
        else
            await broker.WaitForLogAsync("Sending PUBREC");
        proxy.Cut();
        await ShouldFailAsync(() => publishing, ErrorCodes.BrokerDisconnected, "may have reached it");
        await ShouldFailAsync(() => client.PublishAsync(request), ErrorCodes.BrokerDisconnected, "may have reached it");
        proxy.Mend();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);

        await ShouldFailAsync(() => client.PublishAsync(request), ErrorCodes.BrokerDisconnected, "may have reached it");

        await ShouldHaveArrivedAsync(host, subscription, times: qos == 1 ? 1 : 0);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_LinkDownBefore_IsPublishedByARetry()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var proxy = new TcpProxy(broker.Port);
        await using var host = await ConnectAsync(broker, proxy);
        await using var subscription = await broker.SubscribeAsync("#");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        proxy.Cut();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Disconnected);

        await ShouldFailAsync(() => client.PublishAsync(Message), ErrorCodes.BrokerDisconnected);
        using var refused = await PostAsync(host);
        proxy.Mend();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);

        await refused.ShouldBeProblemAsync(503, "broker_disconnected");
        (await client.PublishAsync(Message)).Reason.Should().Be(PublishReason.Success);
        await ShouldHaveArrivedAsync(host, subscription, times: 1);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_TimedOut_IsRepeatedWhereItWasSentAndPublishedWhereItWasNot()
    {
        // One message may be unacknowledged: the second waits for the first.
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_inflight_messages 1" });
        await using var host = await LinkHost.ConnectAsync(broker, ("PublishTimeoutSeconds", "3"), ("ConnectTimeoutSeconds", "2"));
        await using var subscription = await broker.SubscribeAsync("#");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        var waiting = Message with { IdempotencyKey = "w", Payload = "waiting"u8.ToArray() };

        await broker.FreezeAsync();
        var sent = client.PublishAsync(Message);
        var unsent = client.PublishAsync(waiting);
        // The first to time out ends a link on which nothing can be sent any more, and with it the other's wait.
        var first = (await sent.Awaiting(publish => publish).Should().ThrowAsync<Exception>()).Which.Message;
        first.Should().Contain("may have reached it");
        (await unsent.Awaiting(publish => publish).Should().ThrowAsync<Exception>()).Which.Message.Should().ContainAny("not sent", "before the message was sent");
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Disconnected);
        await broker.ThawAsync();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);

        (await FluentActions.Awaiting(() => client.PublishAsync(Message)).Should().ThrowAsync<Exception>()).Which.Message.Should().Be(first);
        (await client.PublishAsync(waiting)).Reason.Should().Be(PublishReason.Success);

        await client.PublishAsync(LinkHost.Key, "end", "1");
        await subscription.WaitForMessageAsync(message => message.Topic == "end");
        subscription.Messages.Should().ContainSingle(message => message.Text == "waiting");
        subscription.Messages.Count(message => message.Topic == "once" && message.Text == "1").Should().BeLessThanOrEqualTo(1);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_RefusedByTheBroker_LeavesTheKeyFree()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new()
        {
            Users = new Dictionary<string, string> { ["bridge"] = "pass word 3" },
            Acl = "user bridge\ntopic readwrite open/#\n",
        });
        await using var host = await LinkHost.ConnectAsync(broker, ("Username", "bridge"), ("Password", "pass word 3"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await ShouldFailAsync(() => client.PublishAsync(Message), ErrorCodes.BrokerRefused);

        (await client.PublishAsync(Message with { Topic = "open/a" })).Topic.Should().Be("open/a");
    }

    private static Task<BridgeHost> ConnectAsync(MosquittoBroker broker, TcpProxy proxy) =>
        LinkHost.ConnectAsync(broker, ("Url", $"mqtt://127.0.0.1:{proxy.Port}"));

    private static Task<HttpResponseMessage> PostAsync(BridgeHost host) => host.Client.PostAsync(
        new Uri("/publish", UriKind.Relative),
        new FormUrlEncodedContent(
        [
            KeyValuePair.Create("brokerKey", LinkHost.Key), KeyValuePair.Create("topic", "once"),
            KeyValuePair.Create("message", "1"), KeyValuePair.Create("idempotencyKey", "k"),
        ]));

    private static async Task ShouldFailAsync(Func<Task> publish, string code, string detail = "") =>
        await publish.Should().ThrowAsync<Exception>().WithMessage($"*{code}: *{detail}*");

    /// <summary>So many messages came, before one that is published now.</summary>
    private static async Task ShouldHaveArrivedAsync(BridgeHost host, MosquittoSubscription subscription, int times)
    {
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.PublishAsync(LinkHost.Key, "end", "1");
        await subscription.WaitForMessageAsync(message => message.Topic == "end");
        subscription.Messages.Where(message => message.Topic == "once").Should().HaveCount(times);
    }
}
