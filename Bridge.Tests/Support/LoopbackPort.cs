using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Bridge.Tests.Support;

/// <summary>Ports for servers that cannot choose one themselves and say which, or that must come back on the same one.</summary>
internal static class LoopbackPort
{
    // Below the range that systems give to outgoing connections. A port of that range is taken by any client while its server
    // is down, and a client that keeps connecting to it may even connect to itself.
    private const int First = 15_000;
    private const int Last = 31_999;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>One that nobody uses now and that no other test was given; another program may still be faster to take it.</summary>
    public static int Find()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            if (IsFree(port) && Given.TryAdd(port, true))
                return port;
        }

        throw new InvalidOperationException($"No free port between {First} and {Last}.");
    }

    public static async Task<bool> AcceptsAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
