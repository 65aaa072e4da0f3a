using System.Diagnostics;
using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Measuring;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>Long polls that all wait for one topic: a message answers all of them, and when the last has its answer they wait again.</summary>
internal sealed class PollSameRun(RunningPeer peer, PollerPool pool, LoadLink link)
{
    private int _sequence = -1;

    public static async Task<Figures> RunAsync(RunningPeer peer, LoadOptions options)
    {
        using var pool = await PollRequests.BeginAsync(peer, options.Subscribers ?? PollRequests.Usual, _ => LoadLink.TopicAt(0), goOn: false);
        using var link = new LoadLink(peer.Broker.Port, topics: 1);
        var run = new PollSameRun(peer, pool, link);
        await run.RepeatAsync(options.WarmUp);
        var latency = new LatencyHistogram();
        pool.Note(latency);
        var bursts = await run.RepeatAsync(options.Window);
        var answers = bursts.Sum(burst => burst.Answers);
        return Figures.Median([.. bursts.Select(burst => burst.Figures)]) with
        {
            CpuMicroseconds = answers > 0 ? bursts.Sum(burst => burst.CpuSeconds) / answers * 1e6 : null,
            P50 = latency.Percentile(0.5),
            P99 = latency.Percentile(0.99),
            P999 = latency.Percentile(0.999),
            Bytes = answers > 0 ? (double)bursts.Sum(burst => burst.Bytes) / answers : null,
        };
    }

    /// <summary>At least once; no more when an answer did not come.</summary>
    private async Task<List<Burst>> RepeatAsync(TimeSpan time)
    {
        var bursts = new List<Burst>();
        for (var clock = Stopwatch.StartNew(); bursts.Count == 0 || (clock.Elapsed < time && bursts[^1].Figures.Lost == 0);)
        {
            var cpuBefore = ProcessUsage.CpuSeconds(peer.MeasuredProcess);
            var (answersBefore, bytesBefore) = (pool.Answers, pool.Bytes);
            var figures = await AnswerAllAsync();
            pool.Poll();
            await PollRequests.RestAsync(peer);
            // An answer costs also the request that it answers.
            var cpu = ProcessUsage.CpuSeconds(peer.MeasuredProcess) - cpuBefore;
            bursts.Add(new Burst(figures, cpu, pool.Answers - answersBefore, pool.Bytes - bytesBefore));
        }

        return bursts;
    }

    private async Task<Figures> AnswerAllAsync()
    {
        var answersBefore = pool.Answers;
        var window = new Window(peer.MeasuredProcess);
        var began = LoadPayload.Microseconds;
        link.Add(0, ++_sequence, began);
        link.Send();
        await Drain.WaitAsync(() => pool.Answers - answersBefore == pool.Count, () => pool.Bytes);
        return window.Close(pool.Answers - answersBefore) with
        {
            Last = (pool.LastAnsweredAt - began) / 1000.0,
            Lost = pool.Missing(_ => _sequence),
            Closed = pool.Closed,
        };
    }

    private readonly record struct Burst(Figures Figures, double CpuSeconds, long Answers, long Bytes);
}
