using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Diagnostics;

/// <summary>What is told of the files that outlast a run.</summary>
public sealed class PersistenceMetricsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task DurablePublish_WhoseBrokerIsAway_IsCountedAndGrowsOld()
    {
        await using var bridge = await BridgeHost.StartAsync(
            ("Bridge:Persistence:Path", _folder.File("bridge.db")), ("Bridge:Brokers:away:Url", $"mqtt://127.0.0.1:{LoopbackPort.Find()}"));

        using var answer = await bridge.Client.PostAsync(
            new Uri("/publish?brokerKey=away&topic=t&durable=true", UriKind.Relative), new StringContent("1"));

        ((int)answer.StatusCode).Should().Be(202);
        var scrape = await Scrape.WaitAsync(bridge.Client, scrape => scrape.Sum("bridge_publishes_queued_age_seconds", ("broker", "away")) > 0);
        scrape.Sum("bridge_publishes_queued", ("broker", "away")).Should().Be(1);
        scrape.Sum("bridge_persistence_size_bytes", ("file", "queue")).Should().BePositive();
        scrape.Sum("bridge_persistence_size_bytes", ("file", "values")).Should().BePositive();
        scrape.Sum("bridge_persistence_failures_total").Should().Be(0);
        scrape.Names.Should().Contain("bridge_persistence_lag_seconds");
    }

    [Fact]
    public async Task File_ThatCannotBeMade_IsFailuresAndLag()
    {
        var file = _folder.Write("file", "no folder");
        await using var bridge = await EmbeddedBridge.StartAsync(("Bridge:Persistence:Path", Path.Combine(file, "bridge.db")));

        await Scrape.WaitAsync(
            bridge.Client,
            scrape => scrape.Sum("bridge_persistence_failures_total", ("file", "values")) > 1 && scrape.Sum("bridge_persistence_lag_seconds") > 1);
    }

    [Fact]
    public async Task Metrics_WhereNothingIsKept_TellNothingOfIt()
    {
        await using var bridge = await EmbeddedBridge.StartAsync();

        (await Scrape.OfAsync(bridge.Client)).Names.Should().Contain("bridge_connections").And.NotContain(name => name.Contains("persistence"));
    }
}
