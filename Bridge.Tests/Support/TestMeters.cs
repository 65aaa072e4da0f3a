using System.Diagnostics.Metrics;

namespace Bridge.Tests.Support;

/// <summary>Makes meters that a listener can tell from those of other tests: by their scope, which is this.</summary>
internal sealed class TestMeters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(new MeterOptions(options.Name) { Scope = this });

    public void Dispose()
    {
    }
}
