using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>One publisher, many subscribers: every message to each of them.</summary>
internal static class FanOutRun
{
    private const int LatencySamples = 25;

    // Long enough to fill the system's buffers for a connection, which take megabytes, and the server's; short enough for a server
    // that ends a connection on which nothing could be written for 10 s.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(8);

    public static async Task<Figures> RunAsync(RunningPeer peer, Peer kind, FanOutLoad load, LoadOptions options)
    {
        var filter = load.Topics == 1 ? "load/0" : "load/#";
        var latency = new LatencyHistogram();
        using var pool = SubscriberPool.Connect(peer.Port, kind.Dialect!(filter), options.Subscribers ?? load.Subscribers, load.PausedEvery);
        using var publisher = new LoadPublisher(peer.Broker.Port, load.Topics, load.PayloadLength, load.Rate);
        await Task.Delay(options.WarmUp);

        pool.Pause();
        var (receivedBefore, bytesBefore) = (pool.Received, pool.Bytes);
        var window = new Window(peer.MeasuredProcess);
        pool.Note(latency, LatencySamples);
        await Task.Delay(load.PausedEvery > 0 ? Pause : options.Window);
        pool.Note(null, LatencySamples);
        var deliveries = pool.Received - receivedBefore;
        var bytes = pool.Bytes - bytesBefore;
        var figures = window.Close(deliveries);

        publisher.Stop();
        pool.Resume();
        await Drain.WaitAsync(() => pool.Lost(publisher.Published) == 0, () => pool.Bytes);
        return figures with
        {
            P50 = latency.Percentile(0.5),
            P99 = latency.Percentile(0.99),
            P999 = latency.Percentile(0.999),
            Bytes = deliveries > 0 ? (double)bytes / deliveries : null,
            Lost = pool.Lost(publisher.Published),
            Skipped = pool.Skipped,
            Disordered = pool.Disordered,
            Closed = pool.Closed,
        };
    }
}
