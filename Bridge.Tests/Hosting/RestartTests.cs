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
        var clocks = Enumerable.Range(0, Clients).Select(_ => new NotingClock()).ToList();
        var clients = await Task.WhenAll(clocks.Select(clock => BridgeClient.ConnectAsync(before.HubUrl, options => options.TimeProvider = clock)));
        await using var node = await NodeHubClient.ConnectAsync(before.HubUrl, reconnects: true);

        await before.DisposeAsync();
        await using var after = await BridgeProcess.StartAsync(settings);

        await Eventually.HoldsAsync(
            () => clients.All(client => client.ConnectionState == BridgeConnectionState.Connected) && clocks.All(clock => !clock.Due.IsEmpty), Eventually.ReconnectTimeout);
        MostWithinAMoment(clocks.Select(clock => clock.Due.First())).Should().BeLessThan(Clients * 2 / 3, "all of them try again within half a second");
        MostWithinAMoment(clocks.Select(clock => clock.Due.Last())).Should().BeLessThan(Clients / 2, "the waits have grown by then");
        await node.WaitForEventAsync(happened => happened.Event == "reconnected");
        node.Events.Items.Should().NotContain(happened => happened.Event == "closed");
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    private static int MostWithinAMoment(IEnumerable<long> timestamps)
    {
        var all = timestamps.ToList();
        return all.Max(from => all.Count(at => at >= from && TimeProvider.System.GetElapsedTime(from, at) < Moment));
    }

    /// <summary>Notes for when waits are meant to end: on a busy machine many end late, and together.</summary>
    private sealed class NotingClock : TimeProvider
    {
        public ConcurrentQueue<long> Due { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Due.Enqueue(GetTimestamp() + (long)(dueTime.TotalSeconds * TimestampFrequency));
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
