using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>Long polls each of which waits for a topic of its own: a message answers one, and that waits on at once.</summary>
internal static class PollOwnRun
{
    private const int Rate = 2000;
    private const int Seed = 1;

    public static async Task<Figures> RunAsync(RunningPeer peer, LoadOptions options)
    {
        using var pool = await PollRequests.BeginAsync(peer, options.Subscribers ?? PollRequests.Usual, LoadLink.TopicAt, goOn: true);
        using var publisher = new LoadPublisher(peer.Broker.Port, pool.Count, LoadPayload.UsualLength, Rate, new Random(Seed));
        await Task.Delay(options.WarmUp);

        var latency = new LatencyHistogram();
        var (answersBefore, bytesBefore) = (pool.Answers, pool.Bytes);
        var window = new Window(peer.MeasuredProcess);
        pool.Note(latency);
        await Task.Delay(options.Window);
        pool.Note(null);
        var answers = pool.Answers - answersBefore;
        var bytes = pool.Bytes - bytesBefore;
        var figures = window.Close(answers);

        publisher.Stop();
        await Drain.WaitAsync(() => pool.Missing(publisher.LastSequenceOf) == 0, () => pool.Bytes);
        return figures with
        {
            P50 = latency.Percentile(0.5),
            P99 = latency.Percentile(0.99),
            P999 = latency.Percentile(0.999),
            Bytes = answers > 0 ? (double)bytes / answers : null,
            // Values that were replaced before they were asked for are none that was lost: each poller must end with its topic's last.
            Lost = pool.Missing(publisher.LastSequenceOf),
            Closed = pool.Closed,
        };
    }
}
