using System.Net.WebSockets;
using System.Text;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hubs;

/// <summary>SignalR's protocols by hand on a WebSocket: for what client libraries do not let one send.</summary>
internal sealed class RawHubSocket : IAsyncDisposable
{
    private const byte RecordSeparator = 0x1E;

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[65_536];

    public static async Task<RawHubSocket> ConnectAsync(string hubUrl, string protocol)
    {
        var socket = new RawHubSocket();
        using var deadline = new CancellationTokenSource(Eventually.DefaultTimeout);
        await socket._socket.ConnectAsync(new Uri(hubUrl.Replace("http", "ws", StringComparison.Ordinal)), deadline.Token);
        await socket.SendTextAsync($$"""{"protocol":"{{protocol}}","version":1}""");
        // The server's own ping may come with the answer, but not before it.
        (await socket.ReceiveAsync(skipPings: false)).Should().StartWith("{}");
        return socket;
    }

    public async Task SendTextAsync(string json)
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultTimeout);
        byte[] message = [.. Encoding.UTF8.GetBytes(json), RecordSeparator];
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
    }

    /// <summary>Invokes a method in MessagePack with one argument, already encoded.</summary>
    public async Task SendInvocationAsync(string method, byte[] argument)
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultTimeout);
        // [type, headers, invocation id, target, arguments, stream ids]
        byte[] target = [(byte)(0xA0 | method.Length), .. Encoding.UTF8.GetBytes(method)];
        byte[] record = [0x96, 0x01, 0x80, 0xA1, (byte)'1', .. target, 0x91, .. argument, 0x90];
        byte[] message = [.. Length(record.Length), .. record];
        await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, deadline.Token);
    }

    /// <summary>The next frame that is more than a ping, as text; empty when the server closed.</summary>
    public async Task<string> ReceiveAsync(bool skipPings = true)
    {
        using var deadline = new CancellationTokenSource(Eventually.DefaultTimeout);
        while (true)
        {
            var frame = await _socket.ReceiveAsync(_buffer.AsMemory(), deadline.Token);
            var text = Encoding.Latin1.GetString(_buffer, 0, frame.Count);
            if (!skipPings || frame.MessageType == WebSocketMessageType.Close || (frame.Count > 3 && text != "{\"type\":6}\u001e"))
                return text;
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The length before each record: seven bits a byte, the lowest first.</summary>
    private static IEnumerable<byte> Length(int length)
    {
        for (; length > 0x7F; length >>= 7)
            yield return (byte)(length | 0x80);
        yield return (byte)length;
    }
}
