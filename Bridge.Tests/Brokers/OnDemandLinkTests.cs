using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Bridge.Tests.Brokers;

public sealed class OnDemandLinkTests
{
    private const string ClientId = "the-bridge";

    [ToolFact(Tool.Mosquitto)]
    public async Task Subscribe_TwoFiltersOfWhichOneCoversTheOther_SubscribesOnceAndReleasesAfterTheLinger()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(
            broker, ("ClientId", ClientId), ("OnDemand", "true"), ("OnDemandLingerSeconds", "1"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await using var other = await HubClient.ConnectAsync(host.HubUrl);

        SubscribedBy(broker).Should().BeEmpty("nobody asked");
        var wide = await client.SubscribeAsync(LinkHost.Key, "plant/#");
        await Eventually.HoldsAsync(() => SubscribedBy(broker).Any());
        SubscribedBy(broker).Should().Equal("plant/#");
        var narrow = await other.SubscribeAsync(LinkHost.Key, "plant/+/temp");
        await broker.PublishAsync("plant/1/temp", "21.5");
        await client.WaitForMessageAsync("plant/1/temp");
        await other.WaitForMessageAsync("plant/1/temp");
        SubscribedBy(broker).Should().Equal("plant/#");

        await client.UnsubscribeAsync(wide);
        await broker.WaitForLogAsync($"{ClientId} plant/#");
        SubscribedBy(broker).Should().Equal(["plant/#", "plant/+/temp"], "what the other still wants is not covered any more");
        await broker.PublishAsync("plant/2/temp", "22");
        await other.WaitForMessageAsync("plant/2/temp");

        await other.UnsubscribeAsync(narrow);
        await broker.WaitForLogAsync($"{ClientId} plant/+/temp");
        client.Messages.Items.Should().ContainSingle();
        other.Messages.Items.Should().HaveCount(2);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Unsubscribe_AndAskAgainWithinTheLinger_KeepsTheSubscription()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("ClientId", ClientId), ("OnDemand", "true"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await client.UnsubscribeAsync(await client.SubscribeAsync(LinkHost.Key, "a"));
        await broker.PublishAsync("a", "1");
        await host.WaitForBrokerAsync(LinkHost.Key, info => info.Topics == 1);
        await client.SubscribeAsync(LinkHost.Key, "a");

        (await client.WaitForMessageAsync("a")).GetText().Should().Be("1");
        SubscribedBy(broker).Should().Equal("a");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Subscribe_WhileTheBrokerIsAway_FollowsWhenItIsBack()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("ClientId", ClientId), ("OnDemand", "true"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "before");
        await broker.StopAsync();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Disconnected);

        (await client.SubscribeAsync(LinkHost.Key, "while")).State.Should().Be(BrokerState.Disconnected);
        await broker.StartAsync();

        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await broker.PublishAsync("before", "1");
        await broker.PublishAsync("while", "2");
        await client.WaitForMessageAsync("before");
        await client.WaitForMessageAsync("while");
    }

    [Fact]
    public async Task Subscribe_RefusedByTheBroker_IsBrokerRefused()
    {
        await using var broker = await TestBroker.StartAsync(server => server.InterceptingSubscriptionAsync += args =>
        {
            if (args.TopicFilter.Topic.StartsWith("secret", StringComparison.Ordinal))
                args.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
            return Task.CompletedTask;
        });
        await using var host = await BridgeHost.StartAsync(
            ("Bridge:Brokers:plant:Url", broker.Url), ("Bridge:Brokers:plant:OnDemand", "true"));
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await FluentActions.Awaiting(() => client.SubscribeAsync(LinkHost.Key, "secret/#"))
            .Should().ThrowAsync<Exception>().WithMessage($"*{ErrorCodes.BrokerRefused}: *'secret/#'*NotAuthorized*");

        (await host.GetBrokerAsync(LinkHost.Key)).State.Should().Be(BrokerState.Connected);
        await client.SubscribeAsync(LinkHost.Key, "open/#");
        await client.PublishAsync(LinkHost.Key, "open/a", "1");
        await client.WaitForMessageAsync("open/a");
    }

    [Fact]
    public async Task Subscribe_ToWhatTheBrokerEndsTheLinkFor_CostsTheOthersTwoLinksAndNoMore()
    {
        var asked = 0;
        // CloseConnection alone would sometimes let the acknowledgement out before the end.
        await using var broker = await TestBroker.StartAsync(server => server.InterceptingSubscriptionAsync += async args =>
        {
            if (args.TopicFilter.Topic != "fatal/#")
                return;

            asked++;
            await server.DisconnectClientAsync(args.ClientId, MqttDisconnectReasonCode.ImplementationSpecificError);
            args.CloseConnection = true;
        });
        await using var host = await BridgeHost.StartAsync(
            ("Bridge:Brokers:plant:Url", broker.Url),
            ("Bridge:Brokers:plant:OnDemand", "true"),
            ("Bridge:Brokers:plant:Topics:0", "always"));
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "good/#");

        await using var other = await HubClient.ConnectAsync(host.HubUrl);
        await other.SubscribeAsync(LinkHost.Key, "fatal/#");

        await Eventually.HoldsAsync(async () => asked == 2 && await IsRefusedAsync(other), describe: () => $"asked {asked} times");
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await client.PublishAsync(LinkHost.Key, "good/a", "1");
        await client.WaitForMessageAsync("good/a");
        asked.Should().Be(2);
    }

    private static async Task<bool> IsRefusedAsync(HubClient client)
    {
        try
        {
            await client.UnsubscribeAsync(await client.SubscribeAsync(LinkHost.Key, "fatal/#"));
            return false;
        }
        catch (Exception exception) when (exception.Message.Contains(ErrorCodes.BrokerRejected, StringComparison.Ordinal))
        {
            return true;
        }
    }

    /// <summary>From the broker's log: <c>time: client qos filter</c>.</summary>
    private static IEnumerable<string> SubscribedBy(MosquittoBroker broker) =>
        broker.Log.Select(line => line.Split($": {ClientId} 1 ")).Where(parts => parts.Length == 2).Select(parts => parts[1]);
}
