using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.Benchmarks.Clients;

/// <summary>Connects a subscriber: the WebSocket upgrade or the request for a stream, and the dialect's steps until it is subscribed.</summary>
internal static class SubscriberConnector
{
    private const int Patience = 20_000;

    /// <param name="port">The server's port on loopback.</param>
    /// <param name="dialect">What it speaks.</param>
    /// <param name="receiveBuffer">The size of the system's receive buffer; 0 for the usual one.</param>
    public static Subscriber Connect(int port, Dialect dialect, int receiveBuffer)
    {
        // Blocking calls only: they leave the socket unknown to .NET's own epoll, which would otherwise wake for each message.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = Patience,
            SendTimeout = Patience,
        };
        try
        {
            if (receiveBuffer > 0)
                socket.ReceiveBufferSize = receiveBuffer;
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(Request(port, dialect));
            var conversation = new Conversation(socket, dialect.IsEventStream ? new ChunkedBody() : new WebSocketFrames());
            conversation.WaitForHead(dialect.IsEventStream ? "HTTP/1.1 200" : "HTTP/1.1 101");
            foreach (var (send, await) in dialect.Steps)
            {
                if (send.Length > 0)
                    socket.Send(WebSocketFrames.Write(send, dialect.IsBinary));
                conversation.WaitFor(await);
            }

            return new Subscriber(socket, conversation.Framing, dialect);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static byte[] Request(int port, Dialect dialect) => Encoding.ASCII.GetBytes(
        $"GET {dialect.Path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{(dialect.IsEventStream ? "" : Upgrade(dialect.SubProtocol))}\r\n");

    private static string Upgrade(string? subProtocol) =>
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
        + (subProtocol is null ? "" : $"Sec-WebSocket-Protocol: {subProtocol}\r\n");

    private sealed class Conversation(Socket socket, IFraming framing)
    {
        private readonly byte[] _buffer = new byte[16_384];
        private readonly List<byte> _heard = [];

        public IFraming Framing => framing;

        /// <param name="wanted">How the status line begins.</param>
        public void WaitForHead(string wanted)
        {
            var head = new List<byte>();
            while (true)
            {
                head.AddRange(Receive(head));
                var text = Encoding.Latin1.GetString([.. head]);
                var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (end < 0)
                    continue;
                if (!text.StartsWith(wanted, StringComparison.Ordinal))
                    throw new InvalidOperationException($"The server refused the subscriber: {text}");
                Hear([.. head.Skip(end + 4)]);
                return;
            }
        }

        public void WaitFor(byte[] confirmation)
        {
            int at;
            while ((at = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_heard).IndexOf(confirmation)) < 0)
                Hear(Receive(_heard));
            _heard.RemoveRange(0, at + confirmation.Length);
        }

        private void Hear(ReadOnlySpan<byte> received)
        {
            while (!received.IsEmpty)
                _heard.AddRange(framing.Next(ref received));
        }

        private ReadOnlySpan<byte> Receive(List<byte> soFar)
        {
            var length = socket.Receive(_buffer);
            return length > 0
                ? _buffer.AsSpan(0, length)
                : throw new InvalidOperationException($"The server closed the connection after: {Encoding.Latin1.GetString([.. soFar])}");
        }
    }
}
