using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Peers;

/// <summary>The real bridge, as it runs in production.</summary>
internal static partial class BridgePeer
{
    private static readonly TimeSpan LinkTimeout = TimeSpan.FromSeconds(20);

    private static readonly string[] Limits =
    [
        "ConnectionsPerUser", "ConnectionsPerAddress", "SubscriptionsPerUser", "SubscribesPerSecond", "ReadsPerSecond", "PublishesPerSecond",
        "PublishBytesPerSecond", "RequestsPerUser",
    ];

    /// <summary>Where everybody may do everything: all clients have one address and no name, and so would share the limits.</summary>
    public static Task<RunningPeer> StartAsync() => StartAsync(_ => []);

    /// <summary>The same, with more settings.</summary>
    /// <param name="settings">Makes them, given a folder that goes with the peer.</param>
    public static Task<RunningPeer> StartAsync(Func<string, IEnumerable<(string Key, string Value)>> settings) => StartWithAsync(folder =>
    [
        ("Access__Anonymous", "everybody"),
        .. Limits.Select(limit => ($"Limits__{limit}", "0")),
        .. settings(folder),
    ]);

    /// <summary>With the two users of the scenario <c>limited</c>, and the limit that one of them keeps.</summary>
    public static Task<RunningPeer> StartLimitedAsync() => StartWithAsync(_ =>
    [
        .. BridgeNames.Users.Index().SelectMany(user => new[]
        {
            ($"Access__ApiKeys__{user.Index}__Name", user.Item),
            ($"Access__ApiKeys__{user.Index}__Hash", $"sha256:{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(user.Item)))}"),
            ($"Access__ApiKeys__{user.Index}__Role", "everybody"),
        }),
        ("Limits__PublishesPerSecond", $"{BridgeNames.Limit}"),
        ("Limits__ReadsPerSecond", $"{BridgeNames.Limit}"),
    ]);

    private static Task<RunningPeer> StartWithAsync(Func<string, (string Key, string Value)[]> settings) => RunningPeer.StartAsync(async broker =>
    {
        var section = $"Bridge__Brokers__{BridgeNames.BrokerKey}";
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            [$"{section}__Url"] = $"mqtt://127.0.0.1:{broker.Port}",
            [$"{section}__Topics__0"] = "#",
            ["Bridge__Access__Roles__everybody__Administrator"] = "true",
            // As usual it keeps the last values on disk; those of one run are nothing to the next.
            ["Bridge__Persistence__Path"] = Path.Combine(broker.Folder, "bridge.db"),
        };
        foreach (var (key, value) in settings(broker.Folder))
            environment[$"Bridge__{key}"] = value;
        var (process, line) = await ServerProcess.StartAsync(Programs.Dotnet, [Programs.Bridge], ListeningLine(), environment);
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
