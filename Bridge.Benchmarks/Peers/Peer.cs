using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Peers;

/// <summary>What a peer can be measured at.</summary>
[Flags]
internal enum Abilities
{
    FanOut = 1,
    Ingest = 2,
    Http = 4,
    Polls = 8,
    Streams = 16,
    Limits = 32,
}

/// <summary>A kind of server that takes part.</summary>
/// <param name="Name">Its name in the table and in <c>--peers</c>.</param>
/// <param name="Abilities">What it is measured at.</param>
/// <param name="Start">Starts it.</param>
/// <param name="Dialect">What its subscribers speak, given a topic filter; null where it has none.</param>
/// <param name="NeedsNode">Whether it runs on Node.js.</param>
/// <param name="Steps">How many steps each message that comes in goes through.</param>
internal sealed record Peer(
    string Name, Abilities Abilities, Func<Task<RunningPeer>> Start, Func<string, Dialect>? Dialect = null, bool NeedsNode = false,
    int Steps = 0)
{
    public static IReadOnlyList<Peer> All { get; } =
    [
        new("bridge-json", Abilities.FanOut | Abilities.Streams, BridgePeer.StartAsync, Clients.Dialect.SignalRJson),
        new("bridge-msgpack", Abilities.FanOut, BridgePeer.StartAsync, Clients.Dialect.SignalRMessagePack),
        new("bridge-sse", Abilities.Streams, BridgePeer.StartAsync, Clients.Dialect.EventStream),
        new("bridge", Abilities.Ingest | Abilities.Http | Abilities.Polls, BridgePeer.StartAsync),
        new("bridge-steps", Abilities.Ingest, () => BridgePeer.StartAsync(PeerSteps.AddPlugin), Steps: PeerSteps.Classes.Count),
        new("bridge-script", Abilities.Ingest, () => BridgePeer.StartAsync(PeerSteps.AddScript), Steps: 1),
        new("bridge-limited", Abilities.Limits, BridgePeer.StartLimitedAsync),
        new("mosquitto-ws", Abilities.FanOut, OtherPeers.StartMosquittoAsync, Clients.Dialect.Mqtt),
        new("node-ws", Abilities.FanOut, () => OtherPeers.StartNodeAsync("node-ws.mjs"), Clients.Dialect.PlainJson, NeedsNode: true),
        new("node-socketio", Abilities.FanOut, () => OtherPeers.StartNodeAsync("node-socketio.mjs"), Clients.Dialect.SocketIO, NeedsNode: true),
        new("node-sse", Abilities.Streams, () => OtherPeers.StartNodeAsync("node-sse.mjs"), Clients.Dialect.EventStream, NeedsNode: true),
        new("node-express", Abilities.Ingest | Abilities.Http | Abilities.Polls, () => OtherPeers.StartNodeAsync("node-express.mjs"), NeedsNode: true),
        new("kestrel-bare", Abilities.Http, OtherPeers.StartKestrelAsync),
    ];
}

/// <summary>A peer that runs, with the broker that feeds it.</summary>
/// <param name="Broker">The broker that is published to.</param>
/// <param name="Server">The process that is measured; null where that is the broker itself.</param>
/// <param name="Port">Where its subscribers and HTTP clients connect to.</param>
internal sealed record RunningPeer(Mosquitto Broker, ServerProcess? Server, int Port) : IAsyncDisposable
{
    public int MeasuredProcess => (Server ?? Broker.Process).Id;

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        await Broker.DisposeAsync();
    }

    /// <summary>Starts a broker and a server that it feeds; ends the one if the other does not start.</summary>
    public static async Task<RunningPeer> StartAsync(Func<Mosquitto, Task<(ServerProcess Process, int Port)>> start)
    {
        var broker = await Mosquitto.StartAsync(isFeed: true);
        try
        {
            var (process, port) = await start(broker);
            return new RunningPeer(broker, process, port);
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }
}
