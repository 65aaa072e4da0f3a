using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Bridge.Server.Hubs;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hubs;

/// <summary>A frame stream on one end of a loopback connection, and a WebSocket of .NET that reads what comes out at the other.</summary>
internal sealed class FramePair : IDisposable
{
    private readonly Socket _server;
    private readonly byte[] _buffer = new byte[65_536];

    private FramePair(Socket server, Socket client, bool withSocket)
    {
        _server = server;
        Frames = new FrameStream(new NetworkStream(server, ownsSocket: true), withSocket ? server : null);
        Client = WebSocket.CreateFromStream(new NetworkStream(client, ownsSocket: true), isServer: false, null, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The server's end. What is written to it as to a stream is SignalR's.</summary>
    public FrameStream Frames { get; }

    /// <summary>The client's end. A frame where none may stand is an error to it.</summary>
    public WebSocket Client { get; }

    /// <param name="withSocket">Whether the stream writes past what lies between it and the socket.</param>
    public static async Task<FramePair> ConnectAsync(bool withSocket = true)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(listener.LocalEndpoint);
        var server = await listener.AcceptSocketAsync();
        server.NoDelay = true;
        return new(server, client, withSocket);
    }

    /// <summary>The same after SignalR's first message was written and read: the turn is anybody's.</summary>
    public static async Task<FramePair> OpenAsync(bool withSocket)
    {
        var pair = await ConnectAsync(withSocket);
        await pair.WriteFrameAsync(0x81, "{}");
        (await pair.ReceiveAsync()).Text.Should().Be("{}");
        return pair;
    }

    /// <summary>Writes a frame of SignalR's.</summary>
    public async Task WriteFrameAsync(byte head, string payload = "")
    {
        using var patience = new CancellationTokenSource(Eventually.DefaultTimeout);
        await Frames.WriteAsync((byte[])[head, (byte)payload.Length, .. Encoding.Latin1.GetBytes(payload)], patience.Token);
    }

    /// <summary>Writes records as a message of ours.</summary>
    public async Task WriteMessageAsync(bool isText, params string[] records)
    {
        using var patience = new CancellationTokenSource(Eventually.DefaultTimeout);
        await Frames.WriteMessageAsync([.. records.Select(record => (ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes(record))], isText, patience.Token);
    }

    /// <summary>The next message as the client reads it.</summary>
    public async Task<(WebSocketMessageType Type, string Text)> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.DefaultTimeout);
        var text = new StringBuilder();
        while (true)
        {
            var piece = await Client.ReceiveAsync(_buffer.AsMemory(), patience.Token);
            text.Append(Encoding.Latin1.GetString(_buffer, 0, piece.Count));
            if (piece.EndOfMessage)
                return (piece.MessageType, text.ToString());
        }
    }

    /// <summary>Ends the server's side behind what was written.</summary>
    public void EndServer() => _server.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        Client.Dispose();
        Frames.Dispose();
    }
}
