using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Bridge.Server.Brokers;

/// <summary>The stream of bytes to a broker, over TCP or a WebSocket (MQTT 5 §6), with or without TLS.</summary>
internal static class MqttTransport
{
    private const string SubProtocol = "mqtt";

    /// <param name="url">Where the broker is.</param>
    /// <param name="tls">TLS, where the URL asks for it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static Task<Stream> ConnectAsync(BrokerUrl url, BrokerTls? tls, CancellationToken cancellationToken) =>
        url.IsWebSocket ? ConnectWebSocketAsync(url, tls, cancellationToken) : ConnectTcpAsync(url, tls, cancellationToken);

    private static async Task<Stream> ConnectTcpAsync(BrokerUrl url, BrokerTls? tls, CancellationToken cancellationToken)
    {
        var stream = await ConnectSocketAsync(url, cancellationToken);
        if (tls is null)
            return stream;

        var secured = new SslStream(stream);
        try
        {
            await secured.AuthenticateAsClientAsync(tls.ToAuthenticationOptions(url.Host), cancellationToken);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Connects on a thread of its own. An asynchronous connect would have the runtime watch the socket from then on, and be woken by
    /// each arrival, though nobody reads through it.
    /// </summary>
    private static async Task<Stream> ConnectSocketAsync(BrokerUrl url, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await using var abort = cancellationToken.Register(socket.Dispose);
            await Task.Factory.StartNew(
                () => socket.Connect(new DnsEndPoint(url.Host, url.Port)),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            return new PolledSocketStream(socket);
        }
        catch
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private static async Task<Stream> ConnectWebSocketAsync(BrokerUrl url, BrokerTls? tls, CancellationToken cancellationToken)
    {
        var handler = new SocketsHttpHandler();
        if (tls is not null)
            handler.SslOptions = tls.ToAuthenticationOptions(url.Host);
        // Once the protocol is switched the connection is no longer the handler's.
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: true);
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(SubProtocol);
            await socket.ConnectAsync(new Uri(url.ToString()), invoker, cancellationToken);
            return WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
