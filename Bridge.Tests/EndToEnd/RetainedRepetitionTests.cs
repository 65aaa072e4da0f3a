using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>A broker repeats its retained messages to whoever subscribes again; that is no news to those behind the bridge.</summary>
public sealed class RetainedRepetitionTests
{
    [ToolFact(Tool.Mosquitto)]
    public async Task Link_CutWhileARetainedMessageChanges_BringsThatOneOnly()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var proxy = new TcpProxy(broker.Port);
        await broker.PublishAsync("kept/same", "1", retain: true);
        await broker.PublishAsync("kept/changed", "old", retain: true);
        await using var host = await BridgeHost.StartAsync(
            BrokerSettings.Of("plant", broker, ("Url", $"mqtt://127.0.0.1:{proxy.Port}")));
        await host.WaitForBrokerAsync("plant", info => info.Topics == 2);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync("plant", "kept/#");
        await client.Batches.WaitForAsync(batch => batch.SnapshotComplete);

        proxy.Cut();
        await client.States.WaitForAsync(change => change.State == BrokerState.Disconnected);
        await broker.PublishAsync("kept/changed", "new", retain: true);
        await broker.PublishAsync("kept/new", "1", retain: true);
        proxy.Mend();
        await client.States.WaitForAsync(change => change.State == BrokerState.Connected, TimeSpan.FromSeconds(30));
        await client.WaitForMessageAsync("kept/changed", message => message.GetText() == "new");
        await client.WaitForMessageAsync("kept/new");
        await broker.PublishAsync("kept/end", "1");
        await client.WaitForMessageAsync("kept/end");

        client.Messages.Items.Select(message => (message.Topic, message.GetText())).Should().BeEquivalentTo(
            [("kept/same", "1"), ("kept/changed", "old"), ("kept/changed", "new"), ("kept/new", "1"), ("kept/end", "1")]);
        client.Batches.Items.Sum(batch => batch.Skipped).Should().Be(0);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Link_CutAfterANewerMessageThatIsNotRetained_KeepsTheNewerOne()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var proxy = new TcpProxy(broker.Port);
        await broker.PublishAsync("machine", "booted", retain: true);
        await using var host = await BridgeHost.StartAsync(
            BrokerSettings.Of("plant", broker, ("Url", $"mqtt://127.0.0.1:{proxy.Port}")));
        await host.WaitForBrokerAsync("plant", info => info.Topics == 1);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync("plant", "#");
        await broker.PublishAsync("machine", "busy");
        await client.WaitForMessageAsync("machine", message => message.GetText() == "busy");

        proxy.CloseAll();
        await client.States.WaitForAsync(change => change.State == BrokerState.Connected, TimeSpan.FromSeconds(30));
        await broker.PublishAsync("end", "1");
        await client.WaitForMessageAsync("end");

        client.Messages.Items.Select(message => message.GetText()).Should().Equal("booted", "busy", "1");
        (await host.Client.GetStringAsync(new Uri("/events?brokerKey=plant&topic=machine&format=raw", UriKind.Relative)))
            .Should().Be("busy");
    }
}
