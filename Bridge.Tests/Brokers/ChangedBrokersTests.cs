using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Tests.Brokers;

/// <summary>Brokers come, change and go while the bridge runs; what is not touched notices nothing.</summary>
public sealed class ChangedBrokersTests : IAsyncLifetime
{
    private MosquittoBroker _one = null!;
    private MosquittoBroker _other = null!;

    public async Task InitializeAsync() => (_one, _other) = (await MosquittoBroker.StartNewAsync(), await MosquittoBroker.StartNewAsync());

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Change_OfOneBroker_ReplacesItsLinkAndNoOther()
    {
        await using var host = await StartAsync(One(), Other());
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        var began = await client.SubscribeAsync("one", "#");
        await client.SubscribeAsync("other", "#");
        var (one, other) = (await host.GetBrokerAsync("one"), await host.GetBrokerAsync("other"));
        await using var numbers = await NumberStream.StartAsync(_other.Port, ["numbers"], perSecond: 500);

        await host.ChangeSettingsAsync([.. One(("KeepAliveSeconds", "7")), .. Other(), .. Everybody]);

        await host.WaitForBrokerAsync("one", info => info.State == BrokerState.Connected && info.Since > one.Since);
        (await client.States.WaitForAsync(change => change is { BrokerKey: "one", State: BrokerState.Connected })).Should().NotBeNull();
        await _one.PublishAsync("after", "1");
        await client.WaitForMessageAsync("after");
        (await client.SubscribeAsync("one", "#")).Cursor.Split('.')[0].Should().Be(began.Cursor.Split('.')[0], "its stream goes on");
        var last = (await numbers.StopAsync())["numbers"] - 1;
        await client.WaitForMessageAsync("numbers", message => message.GetText() == last.ToString(CultureInfo.InvariantCulture));
        client.Messages.Items.Where(message => message.Topic == "numbers").Select(message => int.Parse(message.GetText(), CultureInfo.InvariantCulture))
            .Should().Equal(Enumerable.Range(0, last + 1));
        (await host.GetBrokerAsync("other")).Since.Should().Be(other.Since);
        _other.Log.Count(line => line.Contains("New client connected", StringComparison.Ordinal)).Should().Be(2, "the link is the first, and the numbers' client");
        Logged(host, "Broker one: changed in the configuration (one:KeepAliveSeconds); its link is made anew");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Change_UrlOfABroker_GoesOnWithTheOtherBroker()
    {
        await using var host = await StartAsync(One());
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync("one", "#");

        await host.ChangeSettingsAsync([.. One(("Url", _other.Url)), .. Everybody]);

        await client.States.WaitForAsync(change => change.State == BrokerState.Connected);
        await _other.PublishAsync("elsewhere", "1");
        await client.WaitForMessageAsync("elsewhere");
        await _one.WaitForLogAsync("disconnected");
        _one.Log.Should().NotContain(line => line.Contains("error", StringComparison.OrdinalIgnoreCase));
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Add_ABroker_BringsItsMessages()
    {
        await _other.PublishAsync("kept", "1", retain: true);
        await using var host = await StartAsync(One());

        await host.ChangeSettingsAsync([.. One(), .. Other(), .. Everybody]);

        await host.WaitForStateAsync("other", BrokerState.Connected);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync("other", "#");
        await client.WaitForMessageAsync("kept");
        await using var subscription = await _other.SubscribeAsync("through");
        await client.PublishAsync("other", "through", "2");
        await subscription.WaitForMessageAsync(message => message.Text == "2");
        (await ReadyAsync(host)).GetProperty("brokers").GetArrayLength().Should().Be(2);
        Logged(host, "Broker other: added to the configuration");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Remove_ABroker_EndsWhatIsOpenOnIt()
    {
        await using var host = await StartAsync(One(), Other());
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        var gone = await client.SubscribeAsync("one", "#");
        await client.SubscribeAsync("other", "#");
        await using var stream = await EventStreamClient.OpenAsync(host.Client, "/events?brokerKey=one&topic=%23");
        await stream.ReadUntilAsync("snapshot-complete");
        var poll = host.Client.GetAsync(new Uri("/events?brokerKey=one&topic=a&wait=50", UriKind.Relative));
        await Eventually.HoldsAsync(() => host.Watchers("one") == 1);

        await host.ChangeSettingsAsync([.. Other(), .. Everybody]);

        var told = await client.States.WaitForAsync(change => change is { BrokerKey: "one", State: BrokerState.Disconnected });
        told.LastError.Should().Contain("removed from the configuration");
        (await stream.ReadUntilAsync("state"))[^1].Data.GetProperty("state").GetString().Should().Be("disconnected");
        (await stream.ReadAsync()).Should().BeNull("the stream has ended");
        await AssertUnknownAsync(await poll.WaitAsync(Eventually.DefaultTimeout));
        await client.UnsubscribeAsync(gone);
        await FluentActions.Awaiting(() => client.UnsubscribeAsync(gone)).Should().ThrowAsync<HubException>("once is enough");
        await FluentActions.Awaiting(() => client.SubscribeAsync("one", "#")).Should().ThrowAsync<HubException>().WithMessage("*broker_unknown*");
        await FluentActions.Awaiting(() => client.PublishAsync("one", "a", "1")).Should().ThrowAsync<HubException>().WithMessage("*broker_unknown*");
        await AssertUnknownAsync(await host.Client.GetAsync(new Uri("/brokers/one", UriKind.Relative)));
        await AssertUnknownAsync(await host.Client.GetAsync(new Uri("/events?brokerKey=one&topic=a", UriKind.Relative)));
        (await host.GetBrokersAsync()).Select(broker => broker.BrokerKey).Should().Equal("other");
        (await ReadyAsync(host)).GetProperty("brokers").GetArrayLength().Should().Be(1);
        await _one.WaitForLogAsync("disconnected");
        await _other.PublishAsync("still", "1");
        await client.WaitForMessageAsync("still");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Remove_ABrokerThatComesBack_BeginsAnotherStream()
    {
        await _one.PublishAsync("kept", "1", retain: true);
        await using var host = await StartAsync(One());
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        var before = await client.SubscribeAsync("one", "#");
        await client.WaitForMessageAsync("kept");
        await host.ChangeSettingsAsync([.. Everybody]);

        await host.ChangeSettingsAsync([.. One(), .. Everybody]);

        await host.WaitForStateAsync("one", BrokerState.Connected);
        var after = await client.SubscribeAsync(new SubscribeRequest { BrokerKey = "one", Topic = "#", ResumeFrom = before.Cursor });
        after.Resumed.Should().BeFalse();
        after.Subscription.Should().NotBe(before.Subscription);
        await client.Batches.WaitForAsync(batch => batch.Subscription == after.Subscription && batch.Messages.Any(message => message.Topic == "kept"));
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Change_WhileClientsAsk_GoesOnBringingWhatTheyAskFor(string onDemandBefore)
    {
        await using var host = await StartAsync(One(("OnDemand", onDemandBefore)));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        var subscription = await client.SubscribeAsync("one", "asked/+");

        await host.ChangeSettingsAsync([.. One(("OnDemand", "true"), ("OnDemandLingerSeconds", "0"), ("KeepAliveSeconds", "7")), .. Everybody]);

        await client.States.WaitForAsync(change => change.State == BrokerState.Connected);
        await _one.PublishAsync("asked/for", "1");
        await client.WaitForMessageAsync("asked/for");
        await client.UnsubscribeAsync(subscription);
        await Eventually.HoldsAsync(
            () => _one.Log.Any(line => line.EndsWith(" asked/+", StringComparison.Ordinal) && !line.EndsWith(" 1 asked/+", StringComparison.Ordinal)),
            describe: () => $"It was not unsubscribed: {string.Join('\n', _one.Log)}");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Change_PublishUnderWay_EndsWithTheUsualCode()
    {
        await using var host = await StartAsync(One());
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await _one.FreezeAsync();
        var publish = client.PublishAsync("one", "a", "1");
        await Eventually.HoldsAsync(() => !publish.IsCompleted);

        await host.ChangeSettingsAsync([.. One(("KeepAliveSeconds", "7")), .. Everybody]);

        await publish.Awaiting(task => task).Should().ThrowAsync<HubException>().WithMessage("*broker_disconnected*");
        await _one.ThawAsync();
        await host.WaitForStateAsync("one", BrokerState.Connected);
        (await client.PublishAsync("one", "a", "2")).BrokerKey.Should().Be("one");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Change_ThatNeedsARestart_IsToldAndTheRestIsUsed()
    {
        await using var host = await StartAsync(One());

        await host.ChangeSettingsAsync(
            [.. One(), .. Other(), .. Everybody, new("Bridge:Limits:MaxPayloadBytes", "1"), new("Bridge:EmbeddedBroker:Enabled", "true")]);

        Logged(host, "Changed, and not used before the bridge is restarted: Bridge:EmbeddedBroker:Enabled, Bridge:Limits:MaxPayloadBytes");
        await host.WaitForStateAsync("other", BrokerState.Connected);
        (await host.GetBrokersAsync()).Select(broker => broker.BrokerKey).Should().Equal("one", "other");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Change_WithAMistakeAnywhere_ChangesNothing()
    {
        await using var host = await StartAsync(One());
        host.AllowErrors(BridgeHost.IsRefusedChange);
        var before = await host.GetBrokerAsync("one");

        // The rules would let nobody in any more, and a broker would go; but another has a URL that is none.
        await host.ChangeSettingsAsync(
            [.. Other(("Url", "nowhere")), new("Bridge:Access:Roles:admin:Administrator", "true"), .. new TestKey("boss", "admin").Settings(0).Select(Pair)]);

        (await host.GetBrokersAsync()).Should().ContainSingle().Which.Since.Should().Be(before.Since);
        host.Logs.Entries.Items.Select(entry => entry.Message).Should().ContainMatch("The changed configuration is not used: Bridge:Brokers:other:Url*");
    }

    private static KeyValuePair<string, string?>[] Everybody { get; } = [.. TestAccess.OrEverybody([])];

    private static async Task<BridgeHost> StartAsync(params KeyValuePair<string, string?>[][] brokers)
    {
        var host = await BridgeHost.StartAsync(brokers.SelectMany(settings => settings));
        foreach (var broker in await host.GetBrokersAsync())
            await host.WaitForStateAsync(broker.BrokerKey, BrokerState.Connected);
        return host;
    }

    private KeyValuePair<string, string?>[] One(params (string, string?)[] more) => [.. BrokerSettings.Of("one", _one, more)];

    private KeyValuePair<string, string?>[] Other(params (string, string?)[] more) => [.. BrokerSettings.Of("other", _other, more)];

    private static KeyValuePair<string, string?> Pair((string Key, string? Value) setting) => new(setting.Key, setting.Value);

    private static void Logged(BridgeHost host, string message) => host.Logs.Entries.Items.Select(entry => entry.Message).Should().Contain(message);

    private static async Task<JsonElement> ReadyAsync(BridgeHost host) =>
        await host.Client.GetFromJsonAsync<JsonElement>(new Uri("/health/ready", UriKind.Relative));

    private static async Task AssertUnknownAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be(ErrorCodes.BrokerUnknown);
        }
    }
}
