using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Load;

/// <summary>A histogram that many threads write.</summary>
internal sealed class SharedHistogram
{
    private readonly Lock _gate = new();
    private readonly LatencyHistogram _histogram = new();

    public void Add(long microseconds)
    {
        lock (_gate)
            _histogram.Add(microseconds);
    }

    public void Clear()
    {
        lock (_gate)
            _histogram.Clear();
    }

    /// <inheritdoc cref="LatencyHistogram.Percentile"/>
    public double? Percentile(double share)
    {
        lock (_gate)
            return _histogram.Percentile(share);
    }
}
