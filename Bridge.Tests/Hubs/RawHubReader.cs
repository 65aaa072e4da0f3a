using System.IO.Pipelines;
using System.Net.Sockets;
using System.Net.WebSockets;
using Bridge.Contracts;
using Bridge.Tests.FanOut;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bridge.Tests.Hubs;

/// <summary>
/// A connection to the hub that does not read what it is not asked to read, as a client whose program hangs; the system takes little for
/// it. It sends the handshake and all else at once, and expects the answer to the handshake before anything.
/// </summary>
internal sealed class RawHubReader : IAsyncDisposable
{
    private readonly ClientWebSocket _webSocket = new();
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly ClientMethodBinder _binder;
    private readonly HttpMessageInvoker _connector;
    private readonly IHubProtocol _protocol;
    private Socket? _socket;
    private bool _isOpen;

    private RawHubReader(string protocol, int receiveBuffer, Type result)
    {
        _binder = new ClientMethodBinder { Result = result };
        _protocol = protocol == "json" ? new JsonHubProtocol() : new MessagePackHubProtocol();
        _connector = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (context, stop) =>
            {
                _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = receiveBuffer };
                await _socket.ConnectAsync(context.DnsEndPoint, stop);
                return new NetworkStream(_socket, ownsSocket: true);
            },
        });
    }

    public Socket Socket => _socket!;

    /// <summary>Opens the WebSocket and sends the handshake and these invocations, in one message.</summary>
    public static async Task<RawHubReader> OpenAsync(
        string hubUrl, string protocol, int receiveBuffer, params (string Method, object Request)[] invocations)
    {
        // All have one id: answers are told apart by nothing.
        var isSubscribing = invocations.All(invocation => invocation.Method == HubMethods.Subscribe);
        var reader = new RawHubReader(protocol, receiveBuffer, isSubscribing ? typeof(SubscribeResult) : typeof(object));
        using var patience = new CancellationTokenSource(Eventually.DefaultTimeout);
        await reader._webSocket.ConnectAsync(new Uri(hubUrl.Replace("http", "ws", StringComparison.Ordinal)), reader._connector, patience.Token);
        var first = new System.Buffers.ArrayBufferWriter<byte>();
        HandshakeProtocol.WriteRequestMessage(new HandshakeRequestMessage(protocol, 1), first);
        foreach (var (method, request) in invocations)
            reader._protocol.WriteMessage(new InvocationMessage("1", method, [request]), first);
        await reader._webSocket.SendAsync(first.WrittenMemory, WebSocketMessageType.Binary, endOfMessage: true, patience.Token);
        return reader;
    }

    public async Task InvokeAsync(string method, object request)
    {
        using var patience = new CancellationTokenSource(Eventually.DefaultTimeout);
        var bytes = _protocol.GetMessageBytes(new InvocationMessage("2", method, [request]));
        await _webSocket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, patience.Token);
    }

    /// <summary>Tells the server that it is still there, which it must within 30 s.</summary>
    public async Task PingAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.DefaultTimeout);
        await _webSocket.SendAsync(_protocol.GetMessageBytes(PingMessage.Instance), WebSocketMessageType.Binary, endOfMessage: true, patience.Token);
    }

    /// <summary>Reads until a record satisfies the predicate, and answers that one; each goes through the predicate, in order.</summary>
    public async Task<HubMessage> ReadUntilAsync(Func<HubMessage, bool> predicate, TimeSpan? timeout = null)
    {
        using var patience = new CancellationTokenSource(timeout ?? Eventually.DefaultTimeout);
        HubMessage? found;
        while ((found = Parse(predicate)) is null)
        {
            var piece = await _webSocket.ReceiveAsync(_received.Writer.GetMemory(65_536), patience.Token);
            if (piece.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException($"The server closed: {_webSocket.CloseStatusDescription}");
            _received.Writer.Advance(piece.Count);
            await _received.Writer.FlushAsync(patience.Token);
        }

        return found;
    }

    /// <summary>Reads until a batch satisfies the predicate; each goes through it, in order.</summary>
    public Task ReadBatchesAsync(Func<MessageBatch, bool> predicate, TimeSpan? timeout = null) =>
        ReadUntilAsync(message => message is InvocationMessage { Arguments: [MessageBatch batch] } && predicate(batch), timeout);

    public ValueTask DisposeAsync()
    {
        _webSocket.Dispose();
        _connector.Dispose();
        return ValueTask.CompletedTask;
    }

    private HubMessage? Parse(Func<HubMessage, bool> predicate)
    {
        HubMessage? found = null;
        if (!_received.Reader.TryRead(out var read))
            return null;

        var rest = read.Buffer;
        if (!_isOpen && HandshakeProtocol.TryParseResponseMessage(ref rest, out var answer))
            _isOpen = answer.Error is null ? true : throw new InvalidOperationException(answer.Error);
        while (_isOpen && found is null && _protocol.TryParseMessage(ref rest, _binder, out var message))
            found = predicate(message) ? message : null;
        // What stands behind the one that was found is for the next call.
        _received.Reader.AdvanceTo(rest.Start, found is null ? rest.End : rest.Start);
        return found;
    }
}
