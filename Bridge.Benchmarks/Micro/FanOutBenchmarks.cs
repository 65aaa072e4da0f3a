using BenchmarkDotNet.Attributes;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Server.Topics;

namespace Bridge.Benchmarks.Micro;

/// <summary>
/// A batch of one message to so many connections, from the broker's reader until each has been written to. What it allocates is the batch;
/// the connections share it.
/// </summary>
[MemoryDiagnoser]
public class FanOutBenchmarks : IDisposable
{
    private readonly BridgeMessage _message = Samples.Message(0);
    private readonly CountingSink _sink = new();
    private MessageStream _stream = null!;

    [Params(1, 500)]
    public int Outboxes { get; set; }

    [GlobalSetup]
    public void Subscribe()
    {
        _stream = Samples.Stream();
        for (var i = 0; i < Outboxes; i++)
            _stream.Subscribe(Samples.Outbox(_sink), new SubscriptionTerms(TopicFilter.Parse("plant/#"), DeliveryMode.All, Snapshot: false), upstream: null);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _stream.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    [AllocationCeiling(880, For = 1, Unoptimized = 1_060)]
    [AllocationCeiling(880, For = 500, Unoptimized = 85_200)]
    public void DeliverToAll()
    {
        _sink.Begin(Outboxes);
        _stream.Receive(_message, -1);
        _sink.Wait();
    }
}
