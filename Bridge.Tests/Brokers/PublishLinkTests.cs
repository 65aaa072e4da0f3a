using System.Globalization;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.EndToEnd.Doors;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

public sealed class PublishLinkTests
{
    [ToolTheory(Tool.Mosquitto)]
    [InlineData("5", 0)]
    [InlineData("5", 1)]
    [InlineData("5", 2)]
    [InlineData("3.1.1", 0)]
    [InlineData("3.1.1", 1)]
    [InlineData("3.1.1", 2)]
    public async Task Publish_WithEachQos_ReachesTheSubscriberWithIt(string version, int qos)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("ProtocolVersion", version));
        await using var subscription = await broker.SubscribeAsync("#", qos: 2);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        var receipt = await client.PublishAsync(LinkHost.Key, "a", "1", (QualityOfService)qos);

        receipt.Should().Be(new PublishReceipt
        {
            BrokerKey = LinkHost.Key,
            Topic = "a",
            QualityOfService = (QualityOfService)qos,
            Reason = PublishReason.Success,
        });
        (await subscription.WaitForMessageAsync()).Qos.Should().Be(qos);
        subscription.Messages.Should().ContainSingle();
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Publish_DeniedByTheBroker_IsBrokerRefused(int qos)
    {
        var guarded = new MosquittoOptions
        {
            Users = new Dictionary<string, string> { ["bridge"] = "pass word 1" },
            Acl = "user bridge\ntopic readwrite open/#\n",
        };
        await using var broker = await MosquittoBroker.StartNewAsync(guarded);
        await using var host = await LinkHost.ConnectAsync(broker, ("Username", "bridge"), ("Password", "pass word 1"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await FluentActions.Awaiting(() => client.PublishAsync(LinkHost.Key, "closed", "1", (QualityOfService)qos))
            .Should().ThrowAsync<Exception>().WithMessage($"*{ErrorCodes.BrokerRefused}: *0x87*");
        var response = await new CurlDoor(host.Url).PostJsonAsync(
            new { brokerKey = "plant", topic = "closed", message = "1", qos });

        (response.Status, CurlDoor.CodeOf(response)).Should().Be((403, ErrorCodes.BrokerRefused));
        (await client.PublishAsync(LinkHost.Key, "open/a", "1", (QualityOfService)qos)).Should().NotBeNull();
        (await host.GetBrokerAsync(LinkHost.Key)).MessagesOut.Should().Be(1);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_WhereNobodyListens_SaysSo()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("Topics", ""));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        // mosquitto says it of QoS 1 only.
        var alone = await client.PublishAsync(LinkHost.Key, "a", "1");
        await using var subscription = await broker.SubscribeAsync("a");
        var heard = await client.PublishAsync(LinkHost.Key, "a", "2");

        alone.Reason.Should().Be(PublishReason.NoMatchingSubscribers);
        heard.Reason.Should().Be(PublishReason.Success);
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Publish_MoreAtATimeThanTheBrokerTakes_AllSucceedOnOneLink(int qos)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_inflight_messages 5" });
        await using var host = await LinkHost.ConnectAsync(broker, ("Topics", ""));
        await using var subscription = await broker.SubscribeAsync("many/#");
        var before = await host.GetBrokerAsync(LinkHost.Key);
        var clients = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => HubClient.ConnectAsync(host.HubUrl)));

        var receipts = await Task.WhenAll(Enumerable.Range(0, 200).Select(index =>
            clients[index % clients.Length].PublishAsync(LinkHost.Key, $"many/{index}", "1", (QualityOfService)qos)));

        receipts.Should().HaveCount(200).And.OnlyContain(receipt => receipt.Reason == PublishReason.Success);
        await Eventually.HoldsAsync(() => subscription.Messages.Count == 200);
        (await host.GetBrokerAsync(LinkHost.Key)).Since.Should().Be(before.Since, "the link must not have gone down");
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Publish_ManyWithoutWaiting_ArriveInOrder(int qos, bool messagePack)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker);
        // mosquitto_sub with QoS 2 over MQTT 5 gives up in a burst, also where mosquitto_pub is the publisher.
        await using var subscription = await broker.SubscribeAsync("ordered");
        await using var client = await HubClient.ConnectAsync(host.HubUrl, messagePack);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => client.PublishAsync(
            LinkHost.Key, "ordered", number.ToString(CultureInfo.InvariantCulture), (QualityOfService)qos)));

        await subscription.WaitForMessageAsync(message => message.Text == "199");
        subscription.Messages.Select(message => int.Parse(message.Text, CultureInfo.InvariantCulture))
            .Should().Equal(Enumerable.Range(0, 200));
    }
}
