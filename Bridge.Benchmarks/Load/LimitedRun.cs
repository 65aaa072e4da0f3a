using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>One user publishes at a steady rate over HTTP, first alone and then beside the flood of another. Both have the same limits.</summary>
internal static class LimitedRun
{
    private const int SteadyRate = BridgeNames.Limit / 2;

    /// <summary>How long a flood goes on until what was saved up for it is used.</summary>
    private static readonly TimeSpan UsedUp = TimeSpan.FromSeconds(4);

    /// <summary>How long the server goes on with a flood that has ended.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    public static async Task<Figures> RunAsync(RunningPeer peer, LoadOptions options)
    {
        using var steady = new PacedHttp(peer.Port, BridgeNames.Steady, SteadyRate, PacedHttp.Publish);
        // The server knows all that comes when it is measured: else its first answers would be the other's price.
        await using (await LimitedFlood.StartAsync(peer.Port))
            await Task.Delay(UsedUp + options.WarmUp);
        await Task.Delay(Calm);
        var alone = await MeasureAsync(peer, steady, options, () => 0);

        await using var flood = await LimitedFlood.StartAsync(peer.Port);
        await Task.Delay(UsedUp + options.WarmUp);
        var beside = await MeasureAsync(peer, steady, options, () => flood.Refused);
        return beside with
        {
            // What the steady user costs is none of the flood's.
            CpuMicroseconds = beside.Rate > 0 ? (beside.CpuPercent - alone.CpuPercent) / 100 * 1e6 / beside.Rate : null,
            P50Alone = alone.P50,
            P99Alone = alone.P99,
            Lost = steady.Refused + steady.Failed + flood.Failed,
        };
    }

    private static async Task<Figures> MeasureAsync(RunningPeer peer, PacedHttp steady, LoadOptions options, Func<long> count)
    {
        var before = count();
        var window = new Window(peer.MeasuredProcess);
        steady.Latency.Clear();
        await Task.Delay(options.Window);
        return window.Close(count() - before) with { P50 = steady.Latency.Percentile(0.5), P99 = steady.Latency.Percentile(0.99) };
    }
}
