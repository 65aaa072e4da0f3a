using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>A broker that fails in many ways, and the way to it, which does too.</summary>
internal sealed class SoakBroker : IAsyncDisposable
{
    private readonly MosquittoBroker _broker;
    private readonly TcpProxy _proxy;

    private SoakBroker(string key, MosquittoBroker broker)
    {
        (Key, _broker) = (key, broker);
        _proxy = new TcpProxy(broker.Port);
    }

    public string Key { get; }

    /// <summary>Its own port, not that of the way to it.</summary>
    public int Port => _broker.Port;

    /// <summary>The settings that have the bridge go by the proxy.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings => BrokerSettings.Of(
        Key, _broker, ("Url", $"mqtt://127.0.0.1:{_proxy.Port}"), ("KeepAliveSeconds", "2"), ("ConnectTimeoutSeconds", "2"));

    public static async Task<SoakBroker> StartAsync(string key) => new(key, await MosquittoBroker.StartNewAsync());

    /// <summary>One fault, from its beginning to its end.</summary>
    public async Task FailAsync(Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                await _broker.KillAsync();
                await WaitAsync(random, 2);
                await _broker.StartAsync();
                break;
            case 1:
                await _broker.FreezeAsync();
                await WaitAsync(random, 6);
                await _broker.ThawAsync();
                break;
            case 2:
                _proxy.Cut();
                await WaitAsync(random, 2);
                _proxy.Mend();
                break;
            default:
                _proxy.LoseUpstream();
                _proxy.LoseDownstream();
                await WaitAsync(random, 6);
                // What was swallowed is never delivered: nothing may go on behind it.
                _proxy.CloseAll();
                _proxy.Mend();
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private static Task WaitAsync(Random random, double most) => Task.Delay(TimeSpan.FromSeconds(most * random.NextDouble()), TimeProvider.System);
}
