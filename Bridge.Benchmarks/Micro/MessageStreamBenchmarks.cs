using BenchmarkDotNet.Attributes;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Server.Topics;

namespace Bridge.Benchmarks.Micro;

/// <summary>
/// A message that this many feeds match, each with one subscriber, from the broker's reader to the connection. In bursts, because a
/// benchmark that never waited for the delivery would measure how the memory fills.
/// </summary>
[MemoryDiagnoser]
public class MessageStreamBenchmarks : IDisposable
{
    private const int Burst = 1000;

    private readonly BridgeMessage[] _messages = Samples.Messages(Burst);
    private readonly CountingSink _sink = new();
    private MessageStream _stream = null!;

    [Params(0, 1, 100)]
    public int Feeds { get; set; }

    [GlobalSetup]
    public void Subscribe()
    {
        _stream = Samples.Stream();
        // One connection with the same filter many times: each is a feed of its own.
        var outbox = Samples.Outbox(_sink);
        for (var i = 0; i < Feeds; i++)
            _stream.Subscribe(outbox, new SubscriptionTerms(TopicFilter.Parse("plant/#"), DeliveryMode.All, Snapshot: false), upstream: null);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _stream.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Burst)]
    [AllocationCeiling(0, For = 0)]
    [AllocationCeiling(220, For = 1, Unoptimized = 320)]
    [AllocationCeiling(21_000, For = 100, Unoptimized = 30_700)]
    public void ReceiveAndDeliver()
    {
        _sink.Begin(Burst * Feeds);
        foreach (var message in _messages)
            _stream.Receive(message, -1);
        _sink.Wait();
    }
}
