using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.Benchmarks.Peers;

/// <summary>What the bridge is compared with.</summary>
internal static partial class OtherPeers
{
    /// <summary>mosquitto itself: its subscribers are MQTT clients over WebSocket.</summary>
    public static async Task<RunningPeer> StartMosquittoAsync()
    {
        var broker = await Mosquitto.StartAsync(isFeed: false);
        return new RunningPeer(broker, null, broker.WebSocketPort);
    }

    public static Task<RunningPeer> StartNodeAsync(string script) => RunningPeer.StartAsync(async broker =>
        await StartAsync(Programs.Node!, [Programs.Script(script), $"mqtt://127.0.0.1:{broker.Port}"], new() { ["NODE_ENV"] = "production" }));

    /// <summary>This program, as a server that answers everything with a constant: what HTTP costs without a gateway.</summary>
    public static Task<RunningPeer> StartKestrelAsync() => RunningPeer.StartAsync(_ =>
        StartAsync(Programs.Dotnet, [Programs.Self, "kestrel"], new() { ["DOTNET_gcServer"] = "1" }));

    private static async Task<(ServerProcess Process, int Port)> StartAsync(
        string file, string[] arguments, Dictionary<string, string> environment)
    {
        var (process, line) = await ServerProcess.StartAsync(file, arguments, ListeningLine(), environment);
        return (process, int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^listening on (\d+)$")]
    private static partial Regex ListeningLine();
}
