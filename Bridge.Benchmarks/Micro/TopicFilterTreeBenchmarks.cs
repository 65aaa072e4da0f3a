using BenchmarkDotNet.Attributes;
using Bridge.Server.Topics;

namespace Bridge.Benchmarks.Micro;

/// <summary>Which of 100,000 filters match a topic.</summary>
[MemoryDiagnoser]
public class TopicFilterTreeBenchmarks
{
    private const int Sites = 1000;

    private readonly TopicFilterTree<string> _tree = new();
    private readonly List<string> _matches = new(16);

    [GlobalSetup]
    public void Fill()
    {
        for (var i = 0; i < 100_000; i++)
        {
            var (site, machine) = (i % Sites, i / Sites);
            var text = (i % 10) switch
            {
                0 => $"plant/{site}/+/{machine}/#",
                1 => $"plant/+/line/{machine}/value{site}",
                _ => $"plant/{site}/line/{machine}/value",
            };
            _tree.Add(TopicFilter.Parse(text), text);
        }
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public int MatchSome() => Match("plant/500/line/50/value");

    [Benchmark]
    [AllocationCeiling(0)]
    public int MatchNone() => Match("elsewhere/500/line/50/value");

    private int Match(string topic)
    {
        _matches.Clear();
        _tree.Match(topic, _matches);
        return _matches.Count;
    }
}
