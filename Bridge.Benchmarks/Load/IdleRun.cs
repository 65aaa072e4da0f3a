using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Measuring;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>Subscribers to which nothing is sent: what a connection costs in memory.</summary>
internal static class IdleRun
{
    private const int First = 50;

    public static async Task<Figures> RunAsync(RunningPeer peer, Peer kind, LoadOptions options)
    {
        var count = options.Subscribers ?? 5000;
        var dialect = kind.Dialect!("load/0");
        // What the first connections cost is code and buffers that all share.
        using var first = SubscriberPool.Connect(peer.Port, dialect, First);
        await Task.Delay(options.WarmUp);
        var before = ProcessUsage.ResidentKilobytes(peer.MeasuredProcess);
        using var pool = SubscriberPool.Connect(peer.Port, dialect, count);
        await Task.Delay(options.WarmUp);
        var window = new Window(peer.MeasuredProcess);
        await Task.Delay(options.Window);
        var figures = window.Close(0);
        var after = ProcessUsage.ResidentKilobytes(peer.MeasuredProcess);
        return figures with { Rate = null, KilobytesAConnection = (double)(after - before) / count, Closed = pool.Closed };
    }
}
