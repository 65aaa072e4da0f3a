using System.Globalization;
using System.Text.RegularExpressions;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Peers;

/// <summary>The real bridge, as it runs in production.</summary>
internal static partial class BridgePeer
{
    private static readonly TimeSpan LinkTimeout = TimeSpan.FromSeconds(20);

    public static Task<RunningPeer> StartAsync() => RunningPeer.StartAsync(async broker =>
    {
        var section = $"Bridge__Brokers__{BridgeNames.BrokerKey}";
        var (process, line) = await ServerProcess.StartAsync(Programs.Dotnet, [Programs.Bridge], ListeningLine(), new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            // As the peers, it lets everybody do everything.
            ["Bridge__Access__Anonymous"] = "everybody",
            ["Bridge__Access__Roles__everybody__Administrator"] = "true",
            [$"{section}__Url"] = $"mqtt://127.0.0.1:{broker.Port}",
            [$"{section}__Topics__0"] = "#",
        });
        try
        {
            var port = int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture);
            await WaitForLinkAsync(port);
            return (process, port);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    });

    private static async Task WaitForLinkAsync(int port)
    {
        using var client = new HttpClient();
        using var patience = new CancellationTokenSource(LinkTimeout);
        while (true)
        {
            using var answer = await client.GetAsync($"http://127.0.0.1:{port}/health/ready", patience.Token);
            if (answer.IsSuccessStatusCode)
                return;
            await Task.Delay(50, patience.Token);
        }
    }

    [GeneratedRegex(@"Now listening on: http://127\.0\.0\.1:(\d+)")]
    private static partial Regex ListeningLine();
}
