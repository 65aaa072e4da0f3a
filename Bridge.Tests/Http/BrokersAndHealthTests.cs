using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.Access;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bridge.Tests.Http;

public sealed class BrokersAndHealthTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private static readonly string[] Members =
    [
        "brokerKey", "state", "since", "topics", "cachedBytes", "evicted", "expired", "messagesIn", "messagesLeftOut", "messagesOut",
        "requestsWaiting", "repliesLate", "messagesInPerSecond", "messagesOutPerSecond", "queued", "subscriptions",
    ];

    [Fact]
    public async Task GetBrokers_OneConnected_ListsIt()
    {
        await bridge.SeedAsync(EmbeddedBridge.NewTopic(), "1");

        var list = await bridge.Client.GetFromJsonAsync("/brokers");
        var one = await bridge.Client.GetFromJsonAsync("/brokers/embedded");

        list.GetArrayLength().Should().Be(1);
        list[0].EnumerateObject().Select(member => member.Name).Should().Equal(Members);
        list[0].GetProperty("brokerKey").GetString().Should().Be("embedded");
        list[0].GetProperty("state").GetString().Should().Be("connected");
        list[0].GetProperty("topics").GetInt32().Should().BePositive();
        list[0].GetProperty("messagesIn").GetInt64().Should().BePositive();
        one.GetProperty("brokerKey").GetString().Should().Be("embedded");
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("EMBEDDED")]
    [InlineData("%ff")]
    [InlineData("a%2Fb")]
    public async Task GetBroker_Unknown_IsBrokerUnknown(string key)
    {
        using var response = await bridge.GetAsync(new Uri($"/brokers/{key}", UriKind.Relative), null);

        await response.ShouldBeProblemAsync(404, "broker_unknown");
    }

    [Theory]
    [InlineData("/health/live", 0)]
    [InlineData("/health/ready", 1)]
    public async Task GetHealth_AllConnected_IsHealthy(string path, int brokers)
    {
        using var response = await bridge.GetAsync(new Uri(path, UriKind.Relative), null);

        ((int)response.StatusCode).Should().Be(200);
        var health = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        health.GetProperty("status").GetString().Should().Be("healthy");
        health.GetProperty("brokers").GetArrayLength().Should().Be(brokers);
        health.GetProperty("checks").EnumerateObject().Should().HaveCount(3 * brokers, "an administrator asks");
    }

    [Fact]
    public async Task GetReady_ByAnAdministrator_HasWhatAnOperatorNeeds()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        await bridge.SeedAsync(EmbeddedBridge.NewTopic(), "1");

        var health = await bridge.Client.GetFromJsonAsync("/health/ready");

        var broker = health.GetProperty("brokers")[0];
        broker.GetProperty("lastMessageAt").GetDateTimeOffset().Should().BeAfter(before);
        broker.GetProperty("reconnects").GetInt64().Should().Be(0);
        broker.GetProperty("messagesInPerSecond").GetDouble().Should().BeGreaterThanOrEqualTo(0);
        var check = health.GetProperty("checks").GetProperty("brokers");
        check.GetProperty("status").GetString().Should().Be("healthy");
        check.GetProperty("description").GetString().Should().Be("1 of 1 brokers are connected.");
    }

    [Fact]
    public async Task GetReady_ByNobody_HasNoDetails()
    {
        await using var locked = await LockedBridge.StartAsync();
        using var nobody = LockedBridge.ClientOf(locked, credentials: null);

        var health = await nobody.GetFromJsonAsync("/health/ready");

        health.GetRawText().Should().Be("""{"status":"healthy","brokers":[]}""");
    }

    [Fact]
    public async Task GetReady_WithAnotherCheck_SaysItsPartToAdministratorsAlone()
    {
        await using var host = await BridgeHost.StartAsync(
            LockedBridge.With().Select(setting => KeyValuePair.Create(setting.Key, setting.Value)),
            services => services.AddHealthChecks().AddCheck("disk", () => HealthCheckResult.Degraded("The disk is slow.")));
        using var boss = LockedBridge.ClientOf(host, LockedBridge.Boss.Text);
        await Eventually.HoldsAsync(async () => (await boss.GetFromJsonAsync("/health/ready")).GetRawText().Contains("\"1 of 1 brokers"));

        var told = await boss.GetFromJsonAsync("/health/ready");
        using var nobody = LockedBridge.ClientOf(host, credentials: null);
        var answer = await nobody.GetFromJsonAsync("/health/ready");

        told.GetProperty("checks").GetProperty("disk").GetRawText().Should().Be("""{"status":"degraded","description":"The disk is slow."}""");
        told.GetProperty("description").GetString().Should().Be("1 of 1 brokers are connected.");
        answer.GetRawText().Should().Be("""{"status":"degraded","brokers":[]}""");
    }

    [Fact]
    public async Task GetHealth_SomeOrNoneConnected_IsDegradedOrUnhealthy()
    {
        var nobody = $"mqtt://127.0.0.1:{LoopbackPort.Find()}";
        await using var some = await EmbeddedBridge.StartAsync(("Bridge:Brokers:gone:Url", nobody));
        await using var none = await BridgeHost.StartAsync(("Bridge:Brokers:gone:Url", nobody));

        var degraded = await WaitForReadyAsync(some, 200);
        var unhealthy = await WaitForReadyAsync(none, 503);
        using var live = await none.Client.GetAsync(new Uri("/health/live", UriKind.Relative));

        degraded.GetProperty("status").GetString().Should().Be("degraded");
        degraded.GetProperty("description").GetString().Should().Be("1 of 2 brokers are connected.");
        degraded.GetProperty("brokers").EnumerateArray().Single(broker => broker.GetProperty("brokerKey").GetString() == "gone")
            .GetProperty("lastError").GetString().Should().NotBeNullOrEmpty();
        unhealthy.GetProperty("status").GetString().Should().Be("unhealthy");
        ((int)live.StatusCode).Should().Be(200);
    }

    [Fact]
    public async Task Post_BrokerThatIsDown_IsBrokerDisconnectedWithRetryAfter()
    {
        await using var host = await BridgeHost.StartAsync(("Bridge:Brokers:gone:Url", $"mqtt://127.0.0.1:{LoopbackPort.Find()}"));
        await WaitForReadyAsync(host, 503);

        using var published = await host.Client.PostAsync(new Uri("/publish?brokerKey=gone&topic=a", UriKind.Relative), new StringContent("1"));
        using var read = await host.Client.GetAsync(new Uri("/events?brokerKey=gone&topic=a", UriKind.Relative));

        await published.ShouldBeProblemAsync(503, "broker_disconnected");
        published.Headers.RetryAfter!.Delta.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        await read.ShouldBeProblemAsync(404, "no_message");
    }

    /// <summary>Waits until the missing broker has been tried, and returns what readiness then says.</summary>
    private static async Task<JsonElement> WaitForReadyAsync(BridgeHost host, int status)
    {
        await host.WaitForStateAsync("gone", BrokerState.Disconnected);
        using var response = await host.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        ((int)response.StatusCode).Should().Be(status);
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
    }
}
