using System.Diagnostics.Metrics;

namespace Bridge.Server.FanOut;

/// <summary>The counters of the fan-out.</summary>
internal sealed class FanOutMetrics
{
    /// <summary>The meter's name.</summary>
    public const string Meter = "SignalRBridge.FanOut";

    private readonly Counter<long> _stalled;
    private readonly Counter<long> _conflated;

    public FanOutMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        _stalled = meter.CreateCounter<long>("bridge.connections.stalled", "{connection}", "Connections that were ended because they took nothing of what they were sent.");
        _conflated = meter.CreateCounter<long>("bridge.messages.conflated", "{message}", "Messages that reached none of a feed's subscribers of every message, because deliveries could not keep up.");
    }

    public void Stalled() => _stalled.Add(1);

    public void Conflated(string brokerKey, long count) => _conflated.Add(count, new KeyValuePair<string, object?>("broker", brokerKey));
}
