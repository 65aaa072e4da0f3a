using BenchmarkDotNet.Attributes;
using Bridge.Server.Caching;
using Bridge.Server.Messages;

namespace Bridge.Benchmarks.Micro;

/// <summary>The last values of 100,000 topics: one is replaced, one is read.</summary>
[MemoryDiagnoser]
public class LastMessageCacheBenchmarks
{
    private const int Topics = 100_000;

    private readonly LastMessageCache _cache = new(new CacheOptions(), TimeProvider.System);
    private SequencedMessage[] _messages = [];
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        _messages = Samples.Sequenced(Topics);
        foreach (var message in _messages)
            _cache.Store(message);
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public void Store() => _cache.Store(Next());

    [Benchmark]
    [AllocationCeiling(0)]
    public bool Get() => _cache.TryGet(Next().Message.Topic, out _);

    /// <summary>Far from the one before: neighbours would lie in the processor's cache.</summary>
    private ref readonly SequencedMessage Next() => ref _messages[_next = (_next + 7919) % Topics];
}
