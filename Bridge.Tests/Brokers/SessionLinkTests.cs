using System.Globalization;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

/// <summary>A broker's session that outlives the connection: what it has for the bridge comes, and with QoS 2 once.</summary>
public sealed class SessionLinkTests
{
    private const int Count = 10;

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task Receive_Qos2RepeatedAfterACut_IsDeliveredOnce(string version)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var proxy = new TcpProxy(broker.Port);
        await using var host = await LinkHost.ConnectAsync(broker, SettingsOf(proxy, version));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");

        // The messages reach the bridge, and its PUBREC does not reach the broker: that repeats them all on the next connection.
        proxy.LoseUpstream();
        for (var number = 0; number < Count; number++)
            await broker.PublishAsync("n", number.ToString(CultureInfo.InvariantCulture), qos: 2);
        await client.WaitForMessageAsync("n", message => message.GetText() == "9");
        proxy.Cut();
        await client.States.WaitForAsync(change => change.State == BrokerState.Disconnected);
        await broker.PublishAsync("n", "while cut", qos: 2);
        var before = await host.GetBrokerAsync(LinkHost.Key);
        proxy.Mend();
        await client.WaitForMessageAsync("n", message => message.GetText() == "while cut");
        await broker.PublishAsync("n", "end", qos: 2);
        await client.WaitForMessageAsync("n", message => message.GetText() == "end");

        client.Messages.Items.Select(message => message.GetText()).Should().Equal(
            [.. Enumerable.Range(0, Count).Select(number => number.ToString(CultureInfo.InvariantCulture)), "while cut", "end"]);
        client.Messages.Items.Should().OnlyContain(message => message.QualityOfService == QualityOfService.ExactlyOnce);
        before.MessagesIn.Should().Be(Count, "the bridge must have had them all before the cut");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Receive_Qos2StreamCutAgainAndAgain_IsCompleteAndOnce()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 0" });
        await using var proxy = new TcpProxy(broker.Port);
        await using var host = await LinkHost.ConnectAsync(broker, SettingsOf(proxy, "5"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await using var numbers = await NumberStream.StartAsync(broker.Port, ["n"], perSecond: 200, qos: 2);

        for (var cut = 1; cut <= 3; cut++)
        {
            var connections = client.States.Items.Count(change => change.State == BrokerState.Connected);
            var seen = client.Messages.Items.Count;
            await Eventually.HoldsAsync(() => client.Messages.Items.Count > seen + 50);
            proxy.CloseAll();
            await Eventually.HoldsAsync(
                () => client.States.Items.Count(change => change.State == BrokerState.Connected) > connections,
                TimeSpan.FromSeconds(30));
        }

        var published = (await numbers.StopAsync())["n"];
        await client.WaitForMessageAsync(
            "n", message => message.GetText() == (published - 1).ToString(CultureInfo.InvariantCulture));
        client.Messages.Items.Select(message => int.Parse(message.GetText(), CultureInfo.InvariantCulture))
            .Should().Equal(Enumerable.Range(0, published));
    }

    private static (string, string?)[] SettingsOf(TcpProxy proxy, string version) =>
    [
        ("Url", $"mqtt://127.0.0.1:{proxy.Port}"), ("ProtocolVersion", version),
        ("CleanStart", "false"), ("ClientId", "the-bridge"), ("SubscribeQos", "2"),
    ];
}
