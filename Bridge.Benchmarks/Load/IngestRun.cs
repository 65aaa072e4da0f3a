using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>Messages that come in and that nobody subscribes to: each becomes its topic's last value.</summary>
internal static class IngestRun
{
    private const int Topics = 1000;

    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(20);

    public static async Task<Figures> RunAsync(RunningPeer peer, Peer kind, int rate, LoadOptions options)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{peer.Port}") };
        var tally = kind.Steps > 0 ? await StepTally.ReadAsync(client, kind.Steps) : null;
        using var publisher = new LoadPublisher(peer.Broker.Port, Topics, LoadPayload.UsualLength, rate);
        await Task.Delay(options.WarmUp);
        var before = publisher.Published;
        var window = new Window(peer.MeasuredProcess);
        await Task.Delay(options.Window);
        publisher.Stop();
        var isDrained = await DrainAsync(client, publisher);
        var figures = window.Close(publisher.Published - before);
        var leftOut = isDrained && tally is not null ? tally.LeftOutUntil(await StepTally.ReadAsync(client, kind.Steps), publisher.Published) : 0;
        return figures with { Lost = isDrained ? leftOut : null };
    }

    /// <summary>Waits until the last message has become its topic's last value. Order tells that all others came before.</summary>
    private static async Task<bool> DrainAsync(HttpClient client, LoadPublisher publisher)
    {
        var path = $"/events?brokerKey={BridgeNames.BrokerKey}&topic={Uri.EscapeDataString(publisher.LastTopic)}";
        var mark = Encoding.ASCII.GetString(LoadPayload.Mark) + (publisher.Published - 1).ToString("D10", CultureInfo.InvariantCulture);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < LongestDrain;)
        {
            using var answer = await client.GetAsync(path);
            if (answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync()).Contains(mark))
                return true;
            await Task.Delay(10);
        }

        return false;
    }
}
