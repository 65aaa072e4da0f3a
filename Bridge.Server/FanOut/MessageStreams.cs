using System.Collections.Concurrent;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>The streams of all brokers.</summary>
internal sealed class MessageStreams : IMessageConsumers, IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, MessageStream> _streams = new(StringComparer.Ordinal);
    private readonly Func<string, MessageStream> _create;
    private readonly ITimer _sweep;
    private long _lastId;

    public MessageStreams(BridgeOptions options, TimeProvider time, FanOutMetrics metrics, ILogger<MessageStream> logger)
    {
        _create = key => new MessageStream(key, options.Cache, options.FanOut, NewEpoch(), NextId, time, metrics, logger);
        foreach (var key in options.Brokers.Keys)
            Open(key);
        _sweep = time.CreateTimer(_ => Sweep(), null, SweepEvery, SweepEvery);
    }

    /// <exception cref="BridgeException">There is no broker with this key.</exception>
    public MessageStream Get(string brokerKey) =>
        _streams.TryGetValue(brokerKey, out var stream) ? stream : throw BridgeException.BrokerUnknown(brokerKey);

    /// <summary>The stream of a broker; null where there is none with this key.</summary>
    public MessageStream? Find(string brokerKey) => _streams.GetValueOrDefault(brokerKey);

    public IMessageConsumer Open(string brokerKey) => _streams.GetOrAdd(brokerKey, _create);

    public void Close(string brokerKey, BrokerStateChange last)
    {
        if (!_streams.TryRemove(brokerKey, out var stream))
            return;

        stream.End(last);
        stream.Dispose();
    }

    /// <summary>Completes when what has come so far is written to all who subscribed, as far as they take it.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_streams.Values.Select(stream => stream.FlushAsync(cancellationToken)));

    public void Dispose()
    {
        _sweep.Dispose();
        foreach (var stream in _streams.Values)
            stream.Dispose();
    }

    /// <summary>Short and never the same twice: it stands in every cursor.</summary>
    private static string NewEpoch() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4));

    private string NextId() => $"s{Interlocked.Increment(ref _lastId)}";

    private void Sweep()
    {
        foreach (var stream in _streams.Values)
            stream.Sweep();
    }
}
