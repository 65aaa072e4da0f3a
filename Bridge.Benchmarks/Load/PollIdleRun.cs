using Bridge.Benchmarks.Measuring;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>Long polls to which nothing happens: what a request that waits costs.</summary>
internal static class PollIdleRun
{
    private const int First = 50;

    public static async Task<Figures> RunAsync(RunningPeer peer, LoadOptions options)
    {
        var count = options.Subscribers ?? PollRequests.Usual;
        // What the first requests cost is code and buffers that all share.
        using var first = await PollRequests.BeginAsync(peer, First, LoadLink.TopicAt, goOn: true);
        await Task.Delay(options.WarmUp);
        var before = ProcessUsage.ResidentKilobytes(peer.MeasuredProcess);
        using var pool = await PollRequests.BeginAsync(peer, count, LoadLink.TopicAt, goOn: true);
        await Task.Delay(options.WarmUp);
        var window = new Window(peer.MeasuredProcess);
        await Task.Delay(options.Window);
        return window.Close(0) with
        {
            Rate = null,
            KilobytesAConnection = (double)(ProcessUsage.ResidentKilobytes(peer.MeasuredProcess) - before) / count,
            Threads = ProcessUsage.Threads(peer.MeasuredProcess),
            Lost = pool.Failures,
            Closed = pool.Closed,
        };
    }
}
