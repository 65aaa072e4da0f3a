using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Bridge.Benchmarks.Peers;

/// <summary>A mosquitto on loopback: what feeds a peer, or a peer itself.</summary>
internal sealed partial class Mosquitto : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private Mosquitto(ServerProcess process, DirectoryInfo folder, int port, int webSocketPort)
    {
        (Process, _folder, Port, WebSocketPort) = (process, folder, port, webSocketPort);
    }

    public ServerProcess Process { get; }

    public int Port { get; }

    public int WebSocketPort { get; }

    /// <param name="isFeed">
    /// Whether it only feeds a gateway: then it keeps whatever the gateway does not take at once, so that all losses are the
    /// gateway's. As a peer it is as it comes: what one client is more than 1,000 messages behind with is dropped.
    /// </param>
    public static async Task<Mosquitto> StartAsync(bool isFeed)
    {
        var folder = Directory.CreateTempSubdirectory("bridge-load-");
        try
        {
            var (port, webSocketPort) = (FreePort(), FreePort());
            var file = Path.Combine(folder.FullName, "mosquitto.conf");
            await File.WriteAllTextAsync(file, Configuration(isFeed, port, webSocketPort));
            var (process, _) = await ServerProcess.StartAsync(Programs.Mosquitto, ["-c", file], Running());
            return new Mosquitto(process, folder, port, webSocketPort);
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>For what belongs to its run, and goes with it.</summary>
    public string Folder => _folder.FullName;

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Configuration(bool isFeed, int port, int webSocketPort) => string.Join(
        '\n',
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "log_type information",
        "connection_messages false",
        "allow_anonymous true",
        "set_tcp_nodelay true",
        // As root it would otherwise become the user mosquitto, who may not be able to read this file.
        Environment.IsPrivilegedProcess ? "user root" : "",
        isFeed ? "max_queued_messages 0" : "",
        $"listener {port} 127.0.0.1",
        $"listener {webSocketPort} 127.0.0.1",
        "protocol websockets",
        "");

    /// <summary>It cannot choose a port itself. Below the range of outgoing connections, of which there are thousands.</summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }
    }

    [GeneratedRegex(@"mosquitto version \S+ running")]
    private static partial Regex Running();
}
