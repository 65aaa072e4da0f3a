using System.Collections.Concurrent;
using Bridge.ClientSdk;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hosting;

/// <summary>The bridge is restarted: whoever was there comes back by itself, and not all in one moment.</summary>
public sealed class RestartTests
{
    private const int Clients = 50;

    /// <summary>In none so short should most of them come: by themselves they wait up to half a second.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    [ToolFact(Tool.Mosquitto | Tool.Node)]
    public async Task Restart_ManyClients_ComeBackSpreadOut()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        KeyValuePair<string, string?>[] settings =
            [.. BrokerSettings.Of("plant", broker), new("ASPNETCORE_URLS", $"http://127.0.0.1:{LoopbackPort.Find()}")];
        var before = await BridgeProcess.StartAsync(settings);
        var attempts = new ConcurrentQueue<long>[Clients];
        var clients = await Task.WhenAll(attempts.Select((_, i) => ConnectAsync(before.HubUrl, attempts[i] = new())));
        await using var node = await NodeHubClient.ConnectAsync(before.HubUrl, reconnects: true);

        await before.DisposeAsync();
        await using var after = await BridgeProcess.StartAsync(settings);

        await Eventually.HoldsAsync(
            () => clients.All(client => client.ConnectionState == BridgeConnectionState.Connected) && attempts.All(made => made.Count > 1));
        // The first of each was when it connected in the beginning.
        MostWithinAMoment(attempts.Select(made => made.ElementAt(1))).Should().BeLessThan(Clients * 2 / 3, "all of them try again within half a second");
        MostWithinAMoment(attempts.Select(made => made.Last())).Should().BeLessThan(Clients / 2, "the waits have grown by then");
        await node.WaitForEventAsync(happened => happened.Event == "reconnected");
        node.Events.Items.Should().NotContain(happened => happened.Event == "closed");
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    private static Task<BridgeClient> ConnectAsync(string url, ConcurrentQueue<long> attempts) => BridgeClient.ConnectAsync(
        url, options => options.ConfigureConnection = _ => attempts.Enqueue(TimeProvider.System.GetTimestamp()));

    private static int MostWithinAMoment(IEnumerable<long> timestamps)
    {
        var all = timestamps.ToList();
        return all.Max(from => all.Count(at => at >= from && TimeProvider.System.GetElapsedTime(from, at) < Moment));
    }
}
