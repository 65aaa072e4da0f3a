using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>The memory of a process over time (proc(5)); elsewhere than on Linux nothing is known of it.</summary>
internal sealed class SoakMemory(int process)
{
    private readonly List<long> _samples = [];

    public void Sample()
    {
        if (LinuxFigures.ResidentBytes(process) is { } bytes)
            _samples.Add(bytes);
    }

    /// <summary>The median of one of the four quarters, the first being 0, in bytes.</summary>
    public long MedianOf(int quarter)
    {
        var samples = _samples.Skip(_samples.Count * quarter / 4).Take(_samples.Count / 4).Order().ToList();
        return samples.Count > 0 ? samples[samples.Count / 2] : 0;
    }

    public override string ToString() =>
        $"medians of the quarters: {string.Join(", ", Enumerable.Range(0, 4).Select(quarter => $"{MedianOf(quarter) / 1_048_576.0:0.0}"))} MiB";
}
