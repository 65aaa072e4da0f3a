using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>Reading over HTTP from a broker that sends only what somebody asks for.</summary>
public sealed class OnDemandReadTests
{
    [ToolFact(Tool.Mosquitto)]
    public async Task Get_Wait_HasTheBrokerSendWhatIsAskedFor()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await broker.PublishAsync("kept", "1", retain: true);
        await using var host = await BridgeHost.StartAsync([.. BrokerSettings.Of("plant", broker, ("OnDemand", "true"))]);
        await host.WaitForStateAsync("plant", BrokerState.Connected);

        var kept = await host.Client.GetStringAsync("/events?brokerKey=plant&topic=kept&wait=20").WaitAsync(Eventually.DefaultTimeout);
        var coming = host.Client.GetStringAsync("/events?brokerKey=plant&topic=to/come&wait=20");
        await Eventually.HoldsAsync(() => host.Watchers("plant") == 1);
        await broker.PublishAsync("to/come", "2");

        kept.Should().Be("\"1\"");
        (await coming.WaitAsync(Eventually.DefaultTimeout)).Should().Be("\"2\"");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Get_SinceATimeInWhichNobodyAsked_IsEverythingAndSaysSo()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await BridgeHost.StartAsync([.. BrokerSettings.Of("plant", broker, ("OnDemand", "true"), ("OnDemandLingerSeconds", "0"), ("ClientId", "reader"))]);
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        using var first = await host.Client.GetAsync("/events?brokerKey=plant&topic=a/%23");
        var cursor = first.Headers.GetValues("Bridge-Cursor").Single();
        // The subscription to it is logged with its quality of service between the two.
        await broker.WaitForLogAsync(": reader a/#");

        await broker.PublishAsync("a/1", "missed");
        using var since = await host.Client.GetAsync($"/events?brokerKey=plant&topic=a/%23&since={cursor}");
        await using var stream = await EventStreamClient.OpenAsync(host.Client, "/events?brokerKey=plant&topic=a/%23", cursor);

        since.Headers.GetValues("Bridge-Cursor-Reset").Should().Equal("true");
        (await stream.ReadUntilAsync("subscribed"))[0].Data.GetProperty("resumed").GetBoolean().Should().BeFalse();
    }

    [Fact]
    public async Task Get_BrokerThatIsAway_TellsIt()
    {
        await using var host = await BridgeHost.StartAsync(("Bridge:Brokers:away:Url", $"mqtt://127.0.0.1:{LoopbackPort.Find()}"));
        await host.WaitForStateAsync("away", BrokerState.Disconnected);

        using var list = await host.Client.GetAsync("/events?brokerKey=away&topic=%23");
        using var topic = await host.Client.GetAsync("/events?brokerKey=away&topic=a");

        foreach (var response in new[] { list, topic })
            response.Headers.GetValues("Bridge-Broker-State").Should().Equal("disconnected");
        ((int)list.StatusCode, (int)topic.StatusCode).Should().Be((200, 404));
    }
}
