using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Diagnostics;

/// <summary>What <c>/metrics</c> says is what has happened.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private static readonly (string, string) Plant = ("broker", "plant");

    private MosquittoBroker _broker = null!;
    private BridgeHost _bridge = null!;

    public async Task InitializeAsync()
    {
        if (Tools.WhyMissing(Tool.Mosquitto) is not null)
            return;

        _broker = await MosquittoBroker.StartNewAsync();
        _bridge = await BridgeHost.StartAsync(
            ("Bridge:Brokers:plant:Url", _broker.Url),
            ("Bridge:Brokers:plant:Topics:0", "in/#"),
            ("Bridge:Brokers:gone:Url", $"mqtt://127.0.0.1:{LoopbackPort.Find()}"),
            ("Bridge:Limits:MaxPayloadBytes", "100"),
            ("Bridge:Limits:MaxTopicLevels", "4"));
        await _bridge.WaitForStateAsync("plant", BrokerState.Connected);
        await _bridge.WaitForStateAsync("gone", BrokerState.Disconnected);
    }

    public async Task DisposeAsync()
    {
        if (_bridge is null)
            return;

        await _bridge.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Messages_FromABroker_AreCountedWithWhatWasLeftOut()
    {
        await _broker.PublishAsync("in/1", "1");
        await _broker.PublishAsync("in/2", "2");
        await _broker.PublishAsync("in/large", new string('x', 101));
        await _broker.PublishAsync("in/2/3/4/5", "deep");
        await _broker.PublishAsync("in/2/3/4/6", "deep");

        var scrape = await Scrape.WaitAsync(_bridge.Client, scrape => scrape.Sum("bridge_messages_in_total", Plant) == 5 && scrape.Sum("bridge_messages_left_out_total", Plant) == 3);
        scrape.Sum("bridge_messages_left_out_total", Plant, ("cause", "payload_too_large")).Should().Be(1);
        scrape.Sum("bridge_messages_left_out_total", Plant, ("cause", "too_many_levels")).Should().Be(2);
        scrape.Sum("bridge_cache_topics", Plant).Should().Be(2);
        scrape.Sum("bridge_cache_size_bytes", Plant).Should().BePositive();
        scrape.Sum("bridge_messages_in_total", ("broker", "gone")).Should().Be(0);
        scrape.Types["bridge_messages_in_total"].Should().Be("counter");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publishes_WithDifferentResults_AreCountedByResult()
    {
        await using var hub = await HubClient.ConnectAsync(_bridge.HubUrl);
        await using var responder = await Responder.StartAsync(_broker.Port, "ask");
        for (var i = 0; i < 3; i++)
            await hub.PublishAsync("plant", "in/1", "1");
        await hub.PublishAsync("plant", "out/1", "1");
        await hub.RequestAsync("plant", "ask", "hello");
        foreach (var (broker, text) in new[] { ("plant", new string('x', 101)), ("gone", "1"), ("nowhere", "1") })
            await FluentActions.Awaiting(() => hub.PublishAsync(broker, "in/1", text)).Should().ThrowAsync<Exception>();

        var scrape = await Scrape.WaitAsync(_bridge.Client, scrape => scrape.Sum("bridge_publish_duration_seconds_count") == 6);
        PublishesOf(scrape, "plant", "success").Should().Be(3);
        PublishesOf(scrape, "plant", "noMatchingSubscribers").Should().Be(1);
        PublishesOf(scrape, "plant", "payload_too_large").Should().Be(1);
        PublishesOf(scrape, "gone", "broker_disconnected").Should().Be(1);
        scrape.Sum("bridge_publish_duration_seconds_sum", Plant, ("result", "success")).Should().BePositive();
        scrape.Sum("bridge_publish_duration_seconds_bucket", Plant, ("result", "success"), ("le", "+Inf")).Should().Be(3);
        scrape.Sum("bridge_request_duration_seconds_count", Plant, ("result", "replied")).Should().Be(1);
        scrape.Sum("bridge_messages_out_total", Plant).Should().Be(5);
        scrape.Samples.Should().NotContain(sample => sample.Labels.Values.Contains("nowhere"), "callers cannot make up brokers");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Connections_OfEachKind_AreCountedAsLongAsTheyAreOpen()
    {
        await using var stream = await EventStreamClient.OpenAsync(_bridge.Client, "/events?brokerKey=plant&topic=in/%23&format=stream");
        await using (var hub = await HubClient.ConnectAsync(_bridge.HubUrl))
        {
            await hub.SubscribeAsync("plant", "in/#");
            await hub.SubscribeAsync("plant", "in/1");
            var waiting = _bridge.Client.GetAsync(new Uri("/events?brokerKey=plant&topic=in/9&wait=20", UriKind.Relative));
            var open = await Scrape.WaitAsync(_bridge.Client, scrape => scrape.Sum("bridge_connections", ("kind", "wait")) == 1);
            open.Sum("bridge_connections", ("kind", "hub")).Should().Be(1);
            open.Sum("bridge_connections", ("kind", "stream")).Should().Be(1);
            open.Sum("bridge_subscriptions", Plant).Should().Be(3);
            open.Sum("bridge_feeds", Plant).Should().Be(2);
            open.Sum("signalr_server_active_connections").Should().Be(1);
            open.Sum("kestrel_active_connections").Should().BePositive();
            await _broker.PublishAsync("in/9", "1");
            (await waiting.WaitAsync(Eventually.DefaultTimeout)).Dispose();
            await hub.WaitForMessageAsync("in/9");
        }

        var closed = await Scrape.WaitAsync(
            _bridge.Client, scrape => scrape.Sum("bridge_connections") == 1 && scrape.Sum("bridge_subscriptions", Plant) == 1 && scrape.Sum("bridge_deliveries_total", Plant, ("kind", "live")) >= 2);
        closed.Sum("bridge_deliveries_total", Plant, ("kind", "live")).Should().Be(2, "the stream and one of the hub's subscriptions matched");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Link_ThatIsLostAndMadeAgain_ShowsInStatesAndHealth()
    {
        await _broker.PublishAsync("in/1", "1");
        await _broker.StopAsync();
        await _bridge.WaitForStateAsync("plant", BrokerState.Disconnected);
        await _broker.StartAsync();
        await _bridge.WaitForStateAsync("plant", BrokerState.Connected);

        var scrape = await Scrape.WaitAsync(_bridge.Client, scrape => scrape.Sum("bridge_broker_state", Plant, ("state", "connected")) == 1);
        scrape.Sum("bridge_broker_state", Plant).Should().Be(1);
        scrape.Sum("bridge_broker_state", ("broker", "gone"), ("state", "disconnected")).Should().Be(1);
        scrape.Sum("bridge_broker_state_changes_total", Plant, ("state", "connected")).Should().Be(2);
        scrape.Sum("bridge_broker_state_changes_total", Plant, ("state", "disconnected")).Should().Be(1);
        var health = await _bridge.Client.GetFromJsonAsync("/health/ready");
        var link = health.GetProperty("brokers").EnumerateArray().Single(broker => broker.GetProperty("brokerKey").GetString() == "plant");
        link.GetProperty("reconnects").GetInt64().Should().Be(1);
        link.GetProperty("lastError").GetString().Should().NotBeNullOrEmpty();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Refusals_AreCountedByCode()
    {
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/brokers");
            request.Headers.Add("X-Api-Key", "brk_none");
            (await _bridge.Client.SendAsync(request)).Dispose();
        }

        var scrape = await Scrape.WaitAsync(_bridge.Client, scrape => scrape.Sum("bridge_refusals_total") > 0);
        scrape.Sum("bridge_refusals_total", ("code", ErrorCodes.Unauthenticated)).Should().Be(2);
        _bridge.Services.GetRequiredService<CallerSessions>().Count(SessionKind.Hub).Should().Be(0);
    }

    private static double PublishesOf(Scrape scrape, string broker, string result) =>
        scrape.Sum("bridge_publish_duration_seconds_count", ("broker", broker), ("result", result));
}
