using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Load;

/// <summary>One user who asks for many times what it may: over HTTP, to publish and to read, and on the hub.</summary>
internal sealed class LimitedFlood : IAsyncDisposable
{
    /// <summary>Of each kind, in a second.</summary>
    private const int Rate = 5 * BridgeNames.Limit;

    private readonly PacedHttp _publishes;
    private readonly PacedHttp _reads;
    private readonly HubFlood _invocations;

    private LimitedFlood(int port, HubFlood invocations)
    {
        _publishes = new PacedHttp(port, BridgeNames.Flooding, Rate, PacedHttp.Publish);
        _reads = new PacedHttp(port, BridgeNames.Flooding, Rate, PacedHttp.Read);
        _invocations = invocations;
    }

    /// <summary>How often it was refused.</summary>
    public long Refused => _publishes.Refused + _reads.Refused + _invocations.Refused;

    /// <summary>How often it failed in another way.</summary>
    public long Failed => _publishes.Failed + _reads.Failed + _invocations.Failed;

    public static async Task<LimitedFlood> StartAsync(int port) => new(port, await HubFlood.StartAsync(port, BridgeNames.Flooding, Rate));

    public async ValueTask DisposeAsync()
    {
        _publishes.Dispose();
        _reads.Dispose();
        await _invocations.DisposeAsync();
    }
}
