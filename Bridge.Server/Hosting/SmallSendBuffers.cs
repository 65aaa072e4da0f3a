using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Bridge.Server.Hosting;

/// <summary>
/// Keeps the system from buffering megabytes for a connection that does not read: they would be old when it does, and nobody would
/// notice before they are full.
/// </summary>
internal static class SmallSendBuffers
{
    /// <summary>What may wait in the system for a connection beyond what is on its way, so that a distant reader still gets its full speed.</summary>
    private const int UnsentBytes = 131_072;

    // linux/tcp.h. The system's default is no bound.
    private const int IpProtocolTcp = 6;
    private const int TcpNotSentLowWaterMark = 25;

    public static void AddSmallSendBuffers(this IServiceCollection services) =>
        services.AddOptions<SocketTransportOptions>().PostConfigure(static sockets =>
        {
            var create = sockets.CreateBoundListenSocket;
            sockets.CreateBoundListenSocket = endpoint => Bound(create(endpoint));
        });

    /// <summary>Connections inherit it from the socket that accepts them.</summary>
    private static Socket Bound(Socket listener)
    {
        if (listener.LocalEndPoint is not IPEndPoint)
            return listener;

        if (OperatingSystem.IsLinux())
            listener.SetRawSocketOption(IpProtocolTcp, TcpNotSentLowWaterMark, BitConverter.GetBytes(UnsentBytes));
        else
            listener.SendBufferSize = UnsentBytes;
        return listener;
    }
}
