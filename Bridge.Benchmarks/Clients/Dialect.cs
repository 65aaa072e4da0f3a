using System.Text;

namespace Bridge.Benchmarks.Clients;

/// <summary>How a subscriber of one kind of server introduces itself, and what it reads in the answers.</summary>
/// <param name="Path">The path of the WebSocket upgrade, or of the stream of events.</param>
/// <param name="SubProtocol">The WebSocket subprotocol, where the server wants one.</param>
/// <param name="IsBinary">Whether it sends binary messages.</param>
/// <param name="Steps">What it sends until it is subscribed, each with the bytes that confirm it; an empty message sends nothing.</param>
/// <param name="KeepAlive">What it sends now and then, so that the server does not think it dead; null: nothing.</param>
/// <param name="SkippedName">What stands before the number of messages that the server has left out; null where it does not say.</param>
internal sealed record Dialect(
    string Path, string? SubProtocol, bool IsBinary, (byte[] Send, byte[] Await)[] Steps, byte[]? KeepAlive, byte[]? SkippedName = null)
{
    private const string Broker = BridgeNames.BrokerKey;

    /// <summary>Whether it is a stream of events, and no WebSocket: the answer to one GET.</summary>
    public bool IsEventStream { get; private init; }

    /// <summary>SignalR's JSON protocol, with the bridge's hub.</summary>
    public static Dialect SignalRJson(string filter) => new(
        "/hub",
        null,
        IsBinary: false,
        [
            (Utf8("""{"protocol":"json","version":1}""" + "\u001e"), Utf8("{}\u001e")),
            (Utf8($$"""{"type":1,"invocationId":"1","target":"Subscribe","arguments":[{"brokerKey":"{{Broker}}","topic":"{{filter}}","snapshot":false}]}""" + "\u001e"), Utf8("\"subscription\"")),
        ],
        Utf8("""{"type":6}""" + "\u001e"),
        SkippedCount.InBatch);

    /// <summary>SignalR's MessagePack protocol, with the bridge's hub.</summary>
    public static Dialect SignalRMessagePack(string filter) => new(
        "/hub",
        null,
        IsBinary: true,
        [
            (Utf8("""{"protocol":"messagepack","version":1}""" + "\u001e"), Utf8("{}\u001e")),
            (MessagePackFrames.Subscribe(Broker, filter), Utf8("subscription")),
        ],
        MessagePackFrames.Ping,
        SkippedCount.InBatch);

    /// <summary>Server-sent events, from the bridge or from the gateway of Peers/node-sse.mjs.</summary>
    public static Dialect EventStream(string filter) => new(
        $"/events?brokerKey={Broker}&topic={Uri.EscapeDataString(filter)}&format=stream&snapshot=false",
        null,
        IsBinary: false,
        [([], Utf8("event: subscribed\n"))],
        KeepAlive: null,
        SkippedCount.InEvent)
    { IsEventStream = true };

    /// <summary>MQTT 3.1.1 over WebSocket.</summary>
    public static Dialect Mqtt(string filter) => new(
        "/mqtt",
        "mqtt",
        IsBinary: true,
        [
            (MqttPackets.Connect, [0x20, 2, 0, 0]),
            (MqttPackets.Subscribe(filter), [0x90, 3, 0, 1, 0]),
        ],
        MqttPackets.Ping);

    /// <summary>The plain gateway of Peers/node-ws.mjs.</summary>
    public static Dialect PlainJson(string filter) => new(
        "/", null, IsBinary: false, [(Utf8($$"""{"subscribe":"{{filter}}"}"""), Utf8("subscribed"))], Utf8("{}"));

    /// <summary>Engine.IO 4 and Socket.IO 5, with the gateway of Peers/node-socketio.mjs.</summary>
    public static Dialect SocketIO(string filter) => new(
        "/socket.io/?EIO=4&transport=websocket",
        null,
        IsBinary: false,
        [
            ([], Utf8("0{")),
            (Utf8("40"), Utf8("40{")),
            (Utf8($"420[\"subscribe\",\"{filter}\"]"), Utf8("430[")),
        ],
        // The server asks for this "pong"; one that comes before it was asked for will do.
        Utf8("3"));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
