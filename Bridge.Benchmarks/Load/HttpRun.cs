using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>A few keep-alive connections, each of which sends its next request when the last is answered.</summary>
internal static class HttpRun
{
    private const int Connections = 16;

    private static readonly TimeSpan FirstMessage = TimeSpan.FromMilliseconds(300);

    public static async Task<Figures> RunAsync(RunningPeer peer, LoadOptions options, Func<int, byte[]> request)
    {
        await GiveTopicAMessageAsync(peer);
        var latency = new LatencyHistogram();
        var exchanges = Enumerable.Range(0, Connections).Select(_ => new HttpExchange(peer.Port, request(peer.Port))).ToArray();
        using var loop = new EpollLoop(exchanges);
        try
        {
            for (var i = 0; i < exchanges.Length; i++)
            {
                loop.Add(i);
                exchanges[i].Send();
            }

            await Task.Delay(options.WarmUp);
            return await MeasureAsync(peer, exchanges, latency, options);
        }
        finally
        {
            Array.ForEach(exchanges, exchange => exchange.Stop());
            loop.Dispose();
            Array.ForEach(exchanges, exchange => exchange.Dispose());
        }
    }

    private static async Task<Figures> MeasureAsync(RunningPeer peer, HttpExchange[] exchanges, LatencyHistogram latency, LoadOptions options)
    {
        var (answersBefore, bytesBefore) = (exchanges.Sum(exchange => exchange.Answers), exchanges.Sum(exchange => exchange.Bytes));
        var window = new Window(peer.MeasuredProcess);
        Array.ForEach(exchanges, exchange => exchange.Latency = latency);
        await Task.Delay(options.Window);
        Array.ForEach(exchanges, exchange => exchange.Latency = null);
        var answers = exchanges.Sum(exchange => exchange.Answers) - answersBefore;
        var bytes = exchanges.Sum(exchange => exchange.Bytes) - bytesBefore;
        return window.Close(answers) with
        {
            P50 = latency.Percentile(0.5),
            P99 = latency.Percentile(0.99),
            P999 = latency.Percentile(0.999),
            Bytes = answers > 0 ? (double)bytes / answers : null,
            Lost = exchanges.Sum(exchange => exchange.Failures),
            Closed = exchanges.Count(exchange => exchange.IsClosed),
        };
    }

    private static async Task GiveTopicAMessageAsync(RunningPeer peer)
    {
        using var publisher = new LoadPublisher(peer.Broker.Port, topics: 1, LoadPayload.UsualLength, rate: 100);
        await Task.Delay(FirstMessage);
        publisher.Stop();
        await Task.Delay(FirstMessage);
    }
}
