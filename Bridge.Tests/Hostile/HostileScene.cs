using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hostile;

/// <summary>A broker, and a bridge that is a process of its own.</summary>
internal sealed class HostileScene : IAsyncDisposable
{
    public const string BrokerKey = "plant";

    private static readonly (string, string?)[] Topics = [("Topics:0", "good/#"), ("Topics:1", "hostile/#"), ("Topics:2", "quiet/#"), ("Topics:3", "before")];

    private static readonly string[] NoLimits =
        ["ConnectionsPerUser", "ConnectionsPerAddress", "SubscriptionsPerUser", "SubscribesPerSecond", "ReadsPerSecond", "PublishesPerSecond", "RequestsPerUser"];

    private HostileScene(MosquittoBroker broker, BridgeProcess bridge) => (Broker, Bridge) = (broker, bridge);

    public MosquittoBroker Broker { get; }

    public BridgeProcess Bridge { get; }

    public int Port => new Uri(Bridge.Url).Port;

    /// <summary>Lines of the log, and of what is said beside it, that nothing a client sends may bring about.</summary>
    public IEnumerable<string> Complaints => Bridge.Output.Items
        .Where(line => line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal) || line.Contains("nhandled exception"))
        .Concat(Bridge.Errors.Items);

    /// <param name="settings">The bridge's, beside that of its broker.</param>
    public static async Task<HostileScene> StartAsync(params (string Key, string? Value)[] settings)
    {
        // What the broker drops because its own queue is full is not the bridge's loss. Without any bound (0) it ends a connection with the
        // first message that it refuses.
        var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 1000000" });
        try
        {
            // Refused for a limit, they would harm nobody anyhow.
            var limits = NoLimits.Select(limit => KeyValuePair.Create($"Bridge:Limits:{limit}", (string?)"0"));
            // A line for each publish is what an operator asks for.
            var audit = KeyValuePair.Create("Logging:LogLevel:Bridge.Audit", (string?)"None");
            var all = BrokerSettings.Of(BrokerKey, broker, Topics).Concat(limits).Append(audit).Concat(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
            var scene = new HostileScene(broker, await BridgeProcess.StartAsync(all));
            await Eventually.HoldsAsync(async () =>
            {
                using var health = await scene.Bridge.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                return health.IsSuccessStatusCode;
            });
            await broker.PublishAsync("quiet/1", "21.5", retain: true);
            await broker.PublishAsync("quiet/2", new byte[] { 0xFF, 0 }, retain: true);
            return scene;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Bridge.DisposeAsync();
        await Broker.DisposeAsync();
    }
}
