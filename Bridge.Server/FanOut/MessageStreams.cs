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
    private readonly BridgeOptions _options;
    private readonly IStreamStore _store;
    private readonly TimeProvider _time;
    private readonly FanOutMetrics _metrics;
    private readonly ILogger<MessageStream> _logger;
    private readonly ITimer _sweep;
    private long _lastId;

    public MessageStreams(BridgeOptions options, IStreamStore store, TimeProvider time, FanOutMetrics metrics, ILogger<MessageStream> logger)
    {
        (_options, _store, _time, _metrics, _logger) = (options, store, time, metrics, logger);
        foreach (var key in options.Brokers.Keys)
            Open(key);
        _sweep = time.CreateTimer(_ => Sweep(), null, SweepEvery, SweepEvery);
    }

    /// <exception cref="BridgeException">There is no broker with this key.</exception>
    public MessageStream Get(string brokerKey) =>
        _streams.TryGetValue(brokerKey, out var stream) ? stream : throw BridgeException.BrokerUnknown(brokerKey);

    /// <summary>The stream of a broker; null where there is none with this key.</summary>
    public MessageStream? Find(string brokerKey) => _streams.GetValueOrDefault(brokerKey);

    IMessageConsumer? IMessageConsumers.Find(string brokerKey) => Find(brokerKey);

    public IMessageConsumer Open(string brokerKey) => _streams.GetOrAdd(brokerKey, Begin);

    public void Close(string brokerKey, BrokerStateChange last)
    {
        if (!_streams.TryRemove(brokerKey, out var stream))
            return;

        stream.End(last);
        _store.Leave(stream);
        stream.Dispose();
    }

    /// <summary>Completes when what has come so far is written to all who subscribed, as far as they take it.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_streams.Values.Select(stream => stream.FlushAsync(cancellationToken)));

    /// <summary>All of them.</summary>
    public IEnumerable<MessageStream> All => _streams.Values;

    public void Dispose()
    {
        _sweep.Dispose();
        foreach (var stream in _streams.Values)
            stream.Dispose();
    }

    private MessageStream Begin(string brokerKey)
    {
        var start = _store.Begin(brokerKey, NewEpoch());
        var stream = new MessageStream(
            brokerKey, _options.Cache, _options.FanOut, start, _store.HistoryOf(brokerKey), NextId, _time, _metrics, _logger);
        _store.Follow(stream);
        return stream;
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
