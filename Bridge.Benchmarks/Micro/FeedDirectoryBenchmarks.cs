using BenchmarkDotNet.Attributes;
using Bridge.Server.Caching;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Benchmarks.Micro;

/// <summary>
/// Which of 100,000 filters, ten for each of 10,000 connections, match a topic that was matched before: 10,000 topics take turns. And what
/// it costs when a filter comes and goes.
/// </summary>
[MemoryDiagnoser]
public class FeedDirectoryBenchmarks : IDisposable
{
    private const int Connections = 10_000;

    private readonly MessageStream _stream = Samples.Stream();
    private readonly LastMessageCache _cache = new(new CacheOptions(), TimeProvider.System);
    private readonly FeedDirectory _feeds;
    private readonly Outbox _outbox = Samples.Outbox(new CountingSink());
    private readonly TopicFilter _other = TopicFilter.Parse("plant/+/line/+/machine/0/rpm");
    private CachedMessage[] _topics = [];
    private int _next;

    public FeedDirectoryBenchmarks()
    {
        var lastId = 0;
        _feeds = new FeedDirectory(_stream, () => $"s{++lastId}");
    }

    [GlobalSetup]
    public void Fill()
    {
        for (var machine = 0; machine < Connections; machine++)
        {
            foreach (var filter in FiltersOf(machine))
                _feeds.FindOrAdd(TopicFilter.Parse(filter), DeliveryMode.All, _outbox);
        }

        _topics = [.. Enumerable.Range(0, Connections).Select(machine => Store(machine, $"{PathOf(machine)}/machine/{machine}/value{machine % 10}"))];
        foreach (var topic in _topics)
            _feeds.Match(topic.Message.Topic, topic);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _stream.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public int MatchKnown() => Match();

    /// <summary>Before the match another filter has come, and one has gone.</summary>
    [Benchmark]
    [AllocationCeiling(1_040)]
    public int ChurnAndMatch()
    {
        _feeds.RemoveIfUnused(_feeds.FindOrAdd(_other, DeliveryMode.All, _outbox));
        return Match();
    }

    private static string PathOf(int machine) => $"plant/{machine % 100}/line/{machine / 100}";

    private static IEnumerable<string> FiltersOf(int machine) =>
    [
        $"{PathOf(machine)}/machine/{machine}/#",
        $"{PathOf(machine)}/machine/{machine}/+/alarm",
        $"plant/{machine % 100}/+/+/machine/{machine}/value1",
        $"plant/+/line/{machine / 100}/machine/{machine}/value2",
        $"+/{machine % 100}/line/+/machine/{machine}/value3",
        .. Enumerable.Range(4, 5).Select(i => $"{PathOf(machine)}/machine/{machine}/value{i}"),
    ];

    private CachedMessage Store(int position, string topic) =>
        _cache.Store(new SequencedMessage(position, Samples.Message(0) with { Topic = topic }))!;

    /// <summary>Far from the one before: neighbours would lie in the processor's cache.</summary>
    private int Match()
    {
        var topic = _topics[_next = (_next + 7919) % Connections];
        return _feeds.Match(topic.Message.Topic, topic).Length;
    }
}
