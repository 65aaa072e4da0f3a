using System.Diagnostics;
using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Measuring;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>Many long polls of which none has an answer yet.</summary>
internal static class PollRequests
{
    public const int Usual = 10_000;

    private static readonly TimeSpan LongestUnrest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(300);

    // What the clock that the system measures by cannot tell from nothing.
    private const double CpuAtRest = 0.011;

    /// <summary>Connects pollers and lets them begin to wait, from now on.</summary>
    public static async Task<PollerPool> BeginAsync(RunningPeer peer, int count, Func<int, string> topicOf, bool goOn)
    {
        var cursor = await FindCursorAsync(peer.Port);
        var pool = PollerPool.Connect(peer.Port, count, topicOf, cursor, goOn);
        pool.Poll();
        await RestAsync(peer);
        return pool;
    }

    /// <summary>Waits until the server has taken all requests, and so has nothing left to do; who asks later than that loses nothing by it.</summary>
    public static async Task RestAsync(RunningPeer peer)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < LongestUnrest;)
        {
            var before = ProcessUsage.CpuSeconds(peer.MeasuredProcess);
            await Task.Delay(Rest);
            if (ProcessUsage.CpuSeconds(peer.MeasuredProcess) - before < CpuAtRest)
                return;
        }
    }

    /// <summary>Where the server is: from there on nothing is missed.</summary>
    private static async Task<string> FindCursorAsync(int port)
    {
        using var client = new HttpClient { Timeout = LongestUnrest };
        using var answer = await client.GetAsync(
            $"http://127.0.0.1:{port}/events?brokerKey={BridgeNames.BrokerKey}&topic={Uri.EscapeDataString(LoadLink.TopicAt(0))}&wait=0");
        return answer.Headers.GetValues("Bridge-Cursor").Single();
    }
}
