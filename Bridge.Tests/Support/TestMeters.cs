using System.Diagnostics.Metrics;

namespace Bridge.Tests.Support;

/// <summary>Makes meters that are told from those of other tests by their scope, which is this.</summary>
internal sealed class TestMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(new MeterOptions(options.Name) { Scope = this });

    /// <summary>Counts what a counter of these meters adds from now on.</summary>
    public MeterCount Count(string counter) => new(this, counter);

    public void Dispose()
    {
    }
}

/// <summary>The sum of what one counter has added.</summary>
internal sealed class MeterCount : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _sum;

    public MeterCount(TestMeters meters, string counter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == counter)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _sum, count));
        _listener.Start();
    }

    public long Sum => Interlocked.Read(ref _sum);

    public void Dispose() => _listener.Dispose();
}
