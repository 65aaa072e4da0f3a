using System.Globalization;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd.Doors;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

public sealed class BrokerOutageTests
{
    private const Tool Tools = Tool.Mosquitto | Tool.Node | Tool.Curl;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    [ToolFact(Tools)]
    public async Task Broker_StoppedForFiveSeconds_IsToldRefusedAndTakenUpAgain()
    {
        await using var flaky = await MosquittoBroker.StartNewAsync(new() { Persistent = true });
        await using var steady = await MosquittoBroker.StartNewAsync();
        await flaky.PublishAsync("kept", "1", retain: true);
        await using var host = await BridgeHost.StartAsync([.. BrokerSettings.Of("flaky", flaky), .. BrokerSettings.Of("steady", steady)]);
        await host.WaitForStateAsync("flaky", BrokerState.Connected);
        await host.WaitForStateAsync("steady", BrokerState.Connected);
        await using var watcher = await HubClient.ConnectAsync(host.HubUrl);
        await watcher.SubscribeAsync("flaky", "#");
        await watcher.WaitForMessageAsync("kept", message => message.Source == MessageSource.Retained);
        await using var bystander = await HubClient.ConnectAsync(host.HubUrl, messagePack: false);
        await bystander.SubscribeAsync("steady", "#");
        var before = await host.GetBrokerAsync("steady");
        await using var numbers = await NumberStream.StartAsync(steady.Port, ["numbers"], perSecond: 50);

        await flaky.StopAsync();

        var told = await watcher.States.WaitForAsync(change => change.State == BrokerState.Disconnected);
        told.BrokerKey.Should().Be("flaky");
        told.LastError.Should().NotBeNullOrEmpty();
        await PublishForAsync(Outage, host);
        var down = (await host.GetBrokersAsync()).ToDictionary(broker => broker.BrokerKey);
        down["flaky"].State.Should().Be(BrokerState.Disconnected);
        down["flaky"].LastError.Should().NotBeNullOrEmpty();
        down["steady"].State.Should().Be(BrokerState.Connected);

        await flaky.StartAsync();

        await watcher.States.WaitForAsync(change => change.State == BrokerState.Connected, TimeSpan.FromSeconds(30));
        var messagesBefore = watcher.Messages.Items.Count;
        await using var subscription = await flaky.SubscribeAsync("again/#");
        await watcher.PublishAsync("flaky", "again/1", "through the bridge");
        await subscription.WaitForMessageAsync(message => message.Text == "through the bridge");
        await flaky.PublishAsync("again/2", "past the bridge");
        await watcher.WaitForMessageAsync("again/2");

        watcher.Messages.Items.Skip(messagesBefore).Select(message => message.Topic).Should().Equal("again/1", "again/2");
        watcher.Messages.Items.Where(message => message.Topic == "kept").Should().ContainSingle("what is repeated is no news");
        await AssertUntouchedAsync(host, before, bystander, await numbers.StopAsync());
    }

    /// <summary>Publishes through the hub and over HTTP for so long; each must fail, and say how.</summary>
    private static async Task PublishForAsync(TimeSpan duration, BridgeHost host)
    {
        await using var node = await NodeDoor.OpenAsync(host.HubUrl, "json", "none");
        var curl = new CurlDoor(host.Url);
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (TimeProvider.System.GetElapsedTime(began) < duration)
        {
            (await FluentActions.Awaiting(() => node.PublishAsync("flaky", "a", Payload.Of("1")))
                .Should().ThrowAsync<DoorException>()).Which.Code.Should().Be(ErrorCodes.BrokerDisconnected);
            var response = await curl.PostJsonAsync(new { brokerKey = "flaky", topic = "a", message = "1" });
            (response.Status, CurlDoor.CodeOf(response)).Should().Be((503, ErrorCodes.BrokerDisconnected));
            int.Parse(response.Headers["Retry-After"], CultureInfo.InvariantCulture).Should().BeInRange(1, 30);
            await timer.WaitForNextTickAsync();
        }
    }

    private static async Task AssertUntouchedAsync(
        BridgeHost host, BrokerInfo before, HubClient client, IReadOnlyDictionary<string, int> published)
    {
        var last = (published["numbers"] - 1).ToString(CultureInfo.InvariantCulture);
        await client.WaitForMessageAsync("numbers", message => message.GetText() == last);
        published["numbers"].Should().BeGreaterThan(200);
        client.Messages.Items.Select(message => int.Parse(message.GetText(), CultureInfo.InvariantCulture))
            .Should().Equal(Enumerable.Range(0, published["numbers"]));
        client.States.Items.Should().BeEmpty();
        (await host.GetBrokerAsync("steady")).Since.Should().Be(before.Since);
    }
}
