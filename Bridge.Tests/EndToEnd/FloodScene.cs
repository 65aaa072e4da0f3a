using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>A broker, a bridge that is a process of its own, and a flood of messages between them.</summary>
internal sealed class FloodScene : IAsyncDisposable
{
    public const string BrokerKey = "plant";

    private readonly MosquittoBroker _broker;

    private FloodScene(MosquittoBroker broker, BridgeProcess bridge, Flood flood) => (_broker, Bridge, Flood) = (broker, bridge, flood);

    public BridgeProcess Bridge { get; }

    public Flood Flood { get; }

    /// <summary>The bridge's.</summary>
    public int Port => new Uri(Bridge.Url).Port;

    /// <param name="settings">The bridge's, beside that of its broker.</param>
    public static async Task<FloodScene> StartAsync(params (string Key, string? Value)[] settings)
    {
        // What the broker drops because its own queue is full is not the bridge's loss.
        var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 0" });
        try
        {
            var all = BrokerSettings.Of(BrokerKey, broker).Concat(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
            var bridge = await BridgeProcess.StartAsync(all);
            try
            {
                await Eventually.HoldsAsync(async () =>
                {
                    using var health = await bridge.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                    return health.IsSuccessStatusCode;
                });
                return new(broker, bridge, await Flood.StartAsync(broker.Port));
            }
            catch
            {
                await bridge.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects one that is to read all, and has room for it.</summary>
    public Task<FloodReader> SubscribeReaderAsync() => SubscribeAsync(new SubscribeRequest { Topic = "#" }, "messagepack", receiveBuffer: 1_000_000);

    /// <inheritdoc cref="FloodReader.SubscribeAsync"/>
    public Task<FloodReader> SubscribeAsync(SubscribeRequest request, string protocol, int receiveBuffer = 4096) =>
        FloodReader.SubscribeAsync(Bridge.HubUrl, protocol, request with { BrokerKey = BrokerKey }, receiveBuffer);

    public async ValueTask DisposeAsync()
    {
        await Flood.DisposeAsync();
        await Bridge.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
