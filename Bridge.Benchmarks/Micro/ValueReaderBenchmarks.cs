using BenchmarkDotNet.Attributes;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Server.Topics;

namespace Bridge.Benchmarks.Micro;

/// <summary>Reading last values of 100,000 topics, as <c>GET /events</c> does: one topic's, and the few that have changed since a cursor.</summary>
[MemoryDiagnoser]
public class ValueReaderBenchmarks : IDisposable
{
    private const int Topics = 100_000;
    private const int Changed = 10;

    private readonly BridgeMessage[] _messages = Samples.Messages(Topics);
    private readonly MessageStream _stream = Samples.Stream();
    private ReadTerms[] _exact = [];
    private ReadTerms _changes = null!;
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        foreach (var message in _messages)
            _stream.Receive(message, -1);
        _exact = [.. _messages.Select(message => new ReadTerms(TopicFilter.Parse(message.Topic)))];
        _changes = new ReadTerms(TopicFilter.Parse("plant/#")) { Since = StreamCursor.Parse(_stream.CursorAt(Topics)) };
        for (var i = 0; i < Changed; i++)
            _stream.Receive(_messages[i * 7919 % Topics], -1);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _stream.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Far from the one before: neighbours would lie in the processor's cache.</summary>
    [Benchmark]
    [AllocationCeiling(400, Unoptimized = 460)]
    public int ReadExact() => Read(_exact[_next = (_next + 7919) % Topics]);

    [Benchmark]
    [AllocationCeiling(940, Unoptimized = 1_000)]
    public int ReadChanges() => Read(_changes);

    private int Read(ReadTerms terms) => _stream.Values.Read(terms).Messages.Count;
}
