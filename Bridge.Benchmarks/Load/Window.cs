using System.Diagnostics;
using Bridge.Benchmarks.Measuring;

namespace Bridge.Benchmarks.Load;

/// <summary>The stretch of time in which is measured: what the server and the load tool used in it.</summary>
internal sealed class Window(int serverProcess)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly double _serverAtBegin = ProcessUsage.CpuSeconds(serverProcess);
    private readonly double _toolAtBegin = ProcessUsage.CpuSeconds(Environment.ProcessId);

    /// <summary>Ends it.</summary>
    /// <param name="count">How many deliveries, messages or requests it held.</param>
    public Figures Close(long count)
    {
        var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        var server = ProcessUsage.CpuSeconds(serverProcess) - _serverAtBegin;
        var tool = ProcessUsage.CpuSeconds(Environment.ProcessId) - _toolAtBegin;
        return new Figures
        {
            Rate = count / seconds,
            CpuMicroseconds = count > 0 ? server / count * 1e6 : null,
            CpuPercent = server / seconds * 100,
            ToolCpuPercent = tool / seconds * 100,
        };
    }
}
