using BenchmarkDotNet.Attributes;
using Bridge.Server.FanOut;
using Bridge.Server.Topics;

namespace Bridge.Benchmarks.Micro;

/// <summary>Somebody waits for each of 10,000 filters, and a message comes: whom does it wake?</summary>
[MemoryDiagnoser]
public class WatchListBenchmarks
{
    private const int Filters = 10_000;

    private readonly WatchList _watches = new();
    private readonly TopicFilter[] _filters = [.. Enumerable.Range(0, Filters).Select(i => TopicFilter.Parse($"plant/{i % 100}/line/{i}/#"))];
    private readonly Watch[] _waiting = new Watch[Filters];
    private readonly string[] _topics = [.. Enumerable.Range(0, Filters).Select(i => Samples.Message(i).Topic)];
    private int _next;

    [GlobalSetup]
    public void Join()
    {
        for (var i = 0; i < Filters; i++)
            _waiting[i] = _watches.Join(_filters[i]);
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public void WakeNone() => _watches.Wake("elsewhere/50/line/5050/temperature");

    /// <summary>And whoever waited waits again: a benchmark that did not see it woken would measure how the thread pool's queue grows.</summary>
    [Benchmark]
    [AllocationCeiling(420)]
    public void WakeOneAndJoin()
    {
        // Far from the one before: neighbours would lie in the processor's cache.
        _next = (_next + 7919) % Filters;
        _watches.Wake(_topics[_next]);
        var spin = default(SpinWait);
        while (!_waiting[_next].Changed.IsCompleted)
            spin.SpinOnce(sleep1Threshold: -1);
        _waiting[_next] = _watches.Join(_filters[_next]);
    }
}
