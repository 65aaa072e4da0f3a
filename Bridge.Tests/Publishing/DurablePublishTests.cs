using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Publishing;

/// <summary>Publishes that outlast their broker, and the bridge, as a subscriber of a real broker sees them.</summary>
public sealed class DurablePublishTests : IDisposable
{
    private static readonly Uri Publish = new("/publish", UriKind.Relative);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("1")]
    [InlineData("0121", "CleanStart", "false", "ClientId", "bridge")]
    public async Task Publish_BrokerIsAway_IsQueuedAndSentInOrderWhenItIsBack(string qualities, params string[] settings)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { Persistent = true, ExtraConfiguration = "queue_qos0_messages true" });
        await using var host = await StartAsync(broker, settings);
        await using var subscription = await SubscribeAsync(broker);
        (await PostAsync(host, 0, 1)).Should().Be("200 success");
        await broker.StopAsync();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Disconnected);

        for (var number = 1; number <= 50; number++)
            (await PostAsync(host, number, qualities[number % qualities.Length] - '0')).Should().Be("202 queued");
        var waiting = await InfoAsync(host);
        await broker.StartAsync();

        waiting.Queued.Should().Be(50);
        waiting.QueuedSince.Should().NotBeNull();
        await Eventually.HoldsAsync(() => Numbers(subscription).Count() >= 51);
        // A broker keeps the order of those of one quality (MQTT 5 §4.6).
        Numbers(subscription).Order().Should().Equal(Enumerable.Range(0, 51));
        foreach (var sameQuality in Numbers(subscription).Skip(1).GroupBy(number => qualities[number % qualities.Length]))
            sameQuality.Should().BeInAscendingOrder();
        await Eventually.HoldsAsync(async () => await InfoAsync(host) is { Queued: 0, QueuedSince: null });
        (await PostAsync(host, 51, 1)).Should().Be("200 success");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_BridgeIsKilled_IsSentInTheNextRun()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { Persistent = true });
        await using var subscription = await SubscribeAsync(broker);
        await using (var bridge = await BridgeProcess.StartAsync(Settings(broker, [])))
        {
            await Eventually.HoldsAsync(async () => (await bridge.Client.GetFromJsonAsync<BrokerInfo>($"/brokers/{LinkHost.Key}"))!.State == BrokerState.Connected);
            await broker.StopAsync();
            await Eventually.HoldsAsync(async () => (await bridge.Client.GetFromJsonAsync<BrokerInfo>($"/brokers/{LinkHost.Key}"))!.State == BrokerState.Disconnected);
            for (var number = 1; number <= 20; number++)
            {
                using var response = await bridge.Client.PostAsJsonAsync(Publish, Message(number, 1));
                (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("reason").GetString().Should().Be("queued");
            }

            await bridge.KillAsync();
        }

        await broker.StartAsync();
        await using var next = await BridgeProcess.StartAsync(Settings(broker, []));

        await subscription.WaitForMessageAsync(message => message.Text == "20");
        Numbers(subscription).Should().Equal(Enumerable.Range(1, 20));
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Publish_LinkBreaksAllTheTime_ArrivesAsOftenAsItsQualitySays(int quality)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { Persistent = true });
        await using var proxy = new TcpProxy(broker.Port);
        await using var host = await StartAsync(
            broker, ["Url", $"mqtt://127.0.0.1:{proxy.Port}", "CleanStart", "false", "ClientId", "bridge", "PublishTimeoutSeconds", "1", "Topics:0", "none"],
            ("Bridge:Limits:PublishesPerSecond", "0"), ("Bridge:Limits:ReadsPerSecond", "0"));
        await using var subscription = await broker.SubscribeAsync("t", qos: 2);
        var breaking = BreakAsync(host, proxy);

        var count = 0;
        for (; !breaking.IsCompleted; count++)
        {
            (await PostAsync(host, count + 1, quality)).Should().BeOneOf("200 success", "200 noMatchingSubscribers", "202 success", "202 queued");
            if (count % 10 == 0)
                await Eventually.HoldsAsync(async () => (await InfoAsync(host)).Queued < 20, TimeSpan.FromSeconds(60));
        }

        await breaking;
        await Eventually.HoldsAsync(async () => (await InfoAsync(host)).Queued == 0, TimeSpan.FromSeconds(60));
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await PostAsync(host, count + 1, 1);
        await subscription.WaitForMessageAsync(message => message.Text == $"{count + 1}");

        var numbers = Numbers(subscription).Where(number => number <= count).ToList();
        var all = Enumerable.Range(1, count).ToList();
        if (quality == 2)
            numbers.Should().Equal(all, "exactly once, in order");
        else if (quality == 1)
            numbers.Distinct().Should().Equal(all, "at least once");
        else
            numbers.Should().OnlyHaveUniqueItems("at most once").And.BeInAscendingOrder();
        count.Should().BeGreaterThan(40, "what goes wrong must have something to go wrong with");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_MoreThanFit_IsOverloaded()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker, [], ("Bridge:Persistence:QueueMessages", "3"));
        await broker.StopAsync();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Disconnected);

        for (var number = 1; number <= 3; number++)
            (await PostAsync(host, number, 1)).Should().Be("202 queued");

        (await PostAsync(host, 4, 1)).Should().Be("503 overloaded");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_TooOldWhenItsBrokerIsBack_IsGivenUpAndLogged()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker, [], ("Bridge:Persistence:QueueAge", "00:00:01"));
        await broker.StopAsync();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Disconnected);

        (await PostAsync(host, 1, 1)).Should().Be("202 queued");

        await Eventually.HoldsAsync(async () => (await InfoAsync(host)).Queued == 0);
        await host.Logs.Entries.WaitForAsync(entry => entry.EventId.Id == 11001 && entry.Message.Contains("too old"));
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_RefusedByTheBroker_IsToldAndNotKept()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { Users = new Dictionary<string, string> { ["bridge"] = "brk-secret-9" }, Acl = "user bridge\ntopic read #\n" });
        await using var host = await StartAsync(broker, ["Username", "bridge", "Password", "brk-secret-9"]);

        (await PostAsync(host, 1, 1)).Should().Be("403 broker_refused");
        (await InfoAsync(host)).Queued.Should().Be(0);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_ExactlyOnceWithoutASession_IsRefused()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker, []);

        (await PostAsync(host, 1, 2)).Should().Be("400 request_invalid");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_WithoutADisk_IsRefused()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker);

        (await PostAsync(host, 1, 1)).Should().Be("400 request_invalid");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_ToABrokerWhosePublishesAreDurable_NeedNotSaySo()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker, ["DurablePublishes", "true"]);
        await broker.StopAsync();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Disconnected);

        (await PostAsync(host, new { brokerKey = LinkHost.Key, topic = "t", message = "1" })).Should().Be("202 queued");
        (await PostAsync(host, new { brokerKey = LinkHost.Key, topic = "t", message = "1", durable = false })).Should().Be("503 broker_disconnected");
    }

    /// <summary>Breaks the link several times, at different moments, after some of what goes to and fro was lost.</summary>
    private static async Task BreakAsync(BridgeHost host, TcpProxy proxy)
    {
        Action[] losses = [proxy.LoseDownstream, proxy.LoseUpstream, () => { }];
        for (var i = 0; i < 6; i++)
        {
            await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
            var sent = (await InfoAsync(host)).MessagesOut;
            await Eventually.HoldsAsync(async () => (await InfoAsync(host)).MessagesOut > sent + 6 + i);
            losses[i % losses.Length]();
            if (i % 2 == 0)
                await InfoAsync(host);
            proxy.CloseAll();
            proxy.Mend();
        }
    }

    private Task<BridgeHost> StartAsync(MosquittoBroker broker, string[] link, params (string Key, string? Value)[] more) => StartLinkedAsync(
        BridgeHost.StartAsync([.. Settings(broker, link), .. more.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))]));

    private static async Task<BridgeHost> StartLinkedAsync(Task<BridgeHost> starting)
    {
        var host = await starting;
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        return host;
    }

    private List<KeyValuePair<string, string?>> Settings(MosquittoBroker broker, string[] link)
    {
        var settings = new Dictionary<string, string?>
        {
            [$"Bridge:Brokers:{LinkHost.Key}:Url"] = broker.Url,
            ["Bridge:Persistence:Path"] = _folder.File("bridge.db"),
        };
        for (var i = 0; i < link.Length; i += 2)
            settings[$"Bridge:Brokers:{LinkHost.Key}:{link[i]}"] = link[i + 1];
        return [.. settings];
    }

    private static object Message(int number, int quality) =>
        new { brokerKey = LinkHost.Key, topic = "t", message = number.ToString(CultureInfo.InvariantCulture), qos = quality, durable = true };

    private static Task<string> PostAsync(BridgeHost host, int number, int quality) => PostAsync(host, Message(number, quality));

    /// <returns>The status, and the reason or the code.</returns>
    private static async Task<string> PostAsync(BridgeHost host, object message)
    {
        using var response = await host.Client.PostAsJsonAsync(Publish, message);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return $"{(int)response.StatusCode} {answer.GetProperty(response.IsSuccessStatusCode ? "reason" : "code").GetString()}";
    }

    private static async Task<BrokerInfo> InfoAsync(BridgeHost host) => (await host.Client.GetFromJsonAsync<BrokerInfo>($"/brokers/{LinkHost.Key}"))!;

    /// <summary>Gets also what comes while its broker is away, or before it has connected again.</summary>
    private static Task<MosquittoSubscription> SubscribeAsync(MosquittoBroker broker) => broker.SubscribeAsync("t", qos: 2, "-c");

    private static IEnumerable<int> Numbers(MosquittoSubscription subscription) =>
        subscription.Messages.Select(message => int.Parse(message.Text, CultureInfo.InvariantCulture));
}
