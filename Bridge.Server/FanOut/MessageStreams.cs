using Bridge.Server.Configuration;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>The streams of all brokers.</summary>
internal sealed class MessageStreams : IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, MessageStream> _streams;
    private readonly ITimer _sweep;
    private long _lastId;

    public MessageStreams(BridgeOptions options, TimeProvider time, FanOutMetrics metrics, ILogger<MessageStream> logger)
    {
        _streams = options.Brokers.Keys.ToDictionary(
            key => key,
            key => new MessageStream(key, options.Cache, options.FanOut, NewEpoch(), NextId, time, metrics, logger));
        _sweep = time.CreateTimer(_ => Sweep(), null, SweepEvery, SweepEvery);
    }

    /// <exception cref="BridgeException">There is no broker with this key.</exception>
    public MessageStream Get(string brokerKey) =>
        _streams.TryGetValue(brokerKey, out var stream) ? stream : throw BridgeException.BrokerUnknown(brokerKey);

    /// <summary>All of them.</summary>
    public IEnumerable<MessageStream> All => _streams.Values;

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
