using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

public sealed class SnapshotUnderLoadTests
{
    private const int Connections = 20;
    private const int PerSecond = 1000;

    private static readonly string[] Topics = [.. Enumerable.Range(0, 50).Select(index => $"load/{index}")];
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [ToolFact(Tool.Mosquitto | Tool.Node)]
    public async Task Subscribe_WhileAThousandMessagesASecondFlow_GivesSnapshotAndAllThatFollowsOnce()
    {
        // What the broker drops because its own queue is full is not the bridge's loss.
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 0" });
        await using var host = await BridgeHost.StartAsync(BrokerSettings.Of("plant", broker));
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        await using var numbers = await NumberStream.StartAsync(broker.Port, Topics, PerSecond);
        var began = TimeProvider.System.GetTimestamp();
        await host.WaitForBrokerAsync("plant", info => info.Topics == Topics.Length);

        var watchers = new List<StreamWatcher>();
        try
        {
            using var timer = new PeriodicTimer(Stagger);
            for (var i = 0; i < Connections; i++)
            {
                var before = numbers.Published;
                watchers.Add(await ConnectAsync(host.HubUrl, i));
                await timer.WaitForNextTickAsync();
                await Eventually.HoldsAsync(() => numbers.Published >= before + (PerSecond * Stagger.TotalSeconds));
            }

            // A machine with much else to do gets the same number of messages, in a longer time.
            await Eventually.HoldsAsync(
                () => TimeProvider.System.GetElapsedTime(began) >= Load && numbers.Published >= PerSecond * Load.TotalSeconds,
                Patience);
            var published = await numbers.StopAsync();

            foreach (var watcher in watchers)
                await AssertCompleteAsync(watcher, published);
            var starts = watchers.Select(watcher => watcher.Numbers[0].Number).ToList();
            starts[^1].Should().BeGreaterThan(starts[0] + 50, "they subscribed at different moments");
        }
        finally
        {
            foreach (var watcher in watchers)
                await watcher.DisposeAsync();
        }
    }

    /// <summary>Two in Node.js, and six each of three kinds of .NET.</summary>
    private static Task<StreamWatcher> ConnectAsync(string hubUrl, int index) => index switch
    {
        0 => StreamWatcher.NodeAsync(hubUrl, "json", "plant", "load/+"),
        10 => StreamWatcher.NodeAsync(hubUrl, "messagepack", "plant", "load/+"),
        _ when index % 3 == 0 => StreamWatcher.SdkAsync(hubUrl, "plant", "load/+"),
        _ => StreamWatcher.HubAsync(hubUrl, messagePack: index % 3 == 1, "plant", "load/+"),
    };

    private static async Task AssertCompleteAsync(StreamWatcher watcher, IReadOnlyDictionary<string, int> published)
    {
        var last = published.Select(topic => (topic.Key, topic.Value - 1)).ToHashSet();
        await Eventually.HoldsAsync(
            () => last.IsSubsetOf(watcher.Numbers.TakeLast(10 * last.Count).Select(seen => (seen.Topic, seen.Number))),
            Patience,
            describe: () => $"{watcher.Name} has {watcher.Numbers.Count} of {published.Values.Sum()}, skipped {watcher.Skipped}");

        var numbers = watcher.Numbers;
        watcher.Skipped.Should().Be(0, watcher.Name);
        var snapshot = numbers.Take(Topics.Length).ToList();
        snapshot.Select(seen => seen.Topic).Should().BeEquivalentTo(Topics, $"{watcher.Name}: the snapshot comes first");
        snapshot.Should().NotContain(seen => seen.IsSnapshot == false, watcher.Name);
        numbers.Skip(Topics.Length).Should().NotContain(seen => seen.IsSnapshot == true, watcher.Name);
        foreach (var topic in numbers.GroupBy(seen => seen.Topic))
        {
            var first = topic.First().Number;
            topic.Select(seen => seen.Number).SequenceEqual(Enumerable.Range(first, published[topic.Key] - first))
                .Should().BeTrue($"{watcher.Name} must get {topic.Key} without gap and repetition from {first} on");
        }
    }
}
