using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Topics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

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
    private readonly Counter _counter = new();
    private MessageStream _stream = null!;

    [Params(0, 1, 100)]
    public int Feeds { get; set; }

    [GlobalSetup]
    public void Subscribe()
    {
        var lastId = 0;
        var metrics = new FanOutMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        var limits = new LimitOptions { SubscriptionsPerConnection = 0, OutboxBytes = 0 };
        _stream = new MessageStream("plant", new CacheOptions(), new FanOutOptions { GatherMilliseconds = 0 }, "0123abcd", () => $"s{++lastId}", TimeProvider.System, metrics, NullLogger.Instance);
        // One connection with the same filter many times: each is a feed of its own.
        var outbox = new Outbox(_counter, new OutboxContext(limits, TimeProvider.System, metrics, NullLogger.Instance));
        for (var i = 0; i < Feeds; i++)
            _stream.Subscribe(outbox, TopicFilter.Parse("plant/#"), DeliveryMode.All, snapshot: false, upstream: null);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _stream.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Burst)]
    public void ReceiveAndDeliver()
    {
        _counter.Begin(Burst * Feeds);
        foreach (var message in _messages)
            _stream.Receive(message, -1);
        _counter.Wait();
    }

    /// <summary>A connection that takes everything at once, and sees when all has come.</summary>
    private sealed class Counter : IOutboxSink
    {
        public void Abort() => throw new InvalidOperationException("The benchmark's connection failed.");

        private int _missing;

        public WireFormat Format => WireFormat.Json;

        public void Begin(int expected) => _missing = expected;

        public void Wait() => SpinWait.SpinUntil(() => Volatile.Read(ref _missing) <= 0);

        public string Id => "benchmark";

        public ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> records)
        {
            foreach (var record in records)
                Volatile.Write(ref _missing, _missing - record.Span.Count("\"receivedAt\""u8));
            return ValueTask.CompletedTask;
        }
    }
}
