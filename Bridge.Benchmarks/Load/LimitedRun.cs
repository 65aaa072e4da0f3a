using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>
/// One user publishes at a steady rate over HTTP, first alone and then while another asks for many times what it may: over HTTP, to publish
/// and to read, and on the hub. Both have the same limits.
/// </summary>
internal static class LimitedRun
{
    private const int SteadyRate = BridgeNames.Limit / 2;

    /// <summary>Of each kind.</summary>
    private const int FloodRate = 5 * BridgeNames.Limit;

    /// <summary>How long the flood goes on before it is measured: until what was saved up for it is used.</summary>
    private static readonly TimeSpan UsedUp = TimeSpan.FromSeconds(4);

    public static async Task<Figures> RunAsync(RunningPeer peer, LoadOptions options)
    {
        using var steady = new PacedHttp(peer.Port, BridgeNames.Steady, SteadyRate, PacedHttp.Publish);
        await Task.Delay(options.WarmUp);
        var alone = new Window(peer.MeasuredProcess);
        steady.Latency.Clear();
        await Task.Delay(options.Window);
        var (p50, p99) = (steady.Latency.Percentile(0.5), steady.Latency.Percentile(0.99));
        var idle = alone.Close(0).CpuPercent!.Value;

        using var publishes = new PacedHttp(peer.Port, BridgeNames.Flooding, FloodRate, PacedHttp.Publish);
        using var reads = new PacedHttp(peer.Port, BridgeNames.Flooding, FloodRate, PacedHttp.Read);
        await using var invocations = await HubFlood.StartAsync(peer.Port, BridgeNames.Flooding, FloodRate);
        await Task.Delay(UsedUp + options.WarmUp);
        var refusedBefore = publishes.Refused + reads.Refused + invocations.Refused;
        var window = new Window(peer.MeasuredProcess);
        steady.Latency.Clear();
        await Task.Delay(options.Window);
        var refused = publishes.Refused + reads.Refused + invocations.Refused - refusedBefore;
        var figures = window.Close(refused);
        return figures with
        {
            // What the steady user costs is none of the flood's.
            CpuMicroseconds = refused > 0 ? (figures.CpuPercent - idle) / 100 * 1e6 / figures.Rate : null,
            P50Alone = p50,
            P99Alone = p99,
            P50 = steady.Latency.Percentile(0.5),
            P99 = steady.Latency.Percentile(0.99),
            Lost = steady.Refused + steady.Failed + publishes.Failed + reads.Failed + invocations.Failed,
        };
    }
}
