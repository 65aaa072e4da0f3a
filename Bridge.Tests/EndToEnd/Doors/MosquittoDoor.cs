using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd.Doors;

/// <summary>Past the bridge: mosquitto's own programs.</summary>
internal sealed class MosquittoDoor : IDoor
{
    private readonly Dictionary<string, (MosquittoBroker Broker, MosquittoSubscription Subscription)> _brokers = [];

    public static async Task<MosquittoDoor> OpenAsync(string filter, params (string Key, MosquittoBroker Broker)[] brokers)
    {
        var door = new MosquittoDoor();
        foreach (var (key, broker) in brokers)
            door._brokers[key] = (broker, await broker.SubscribeAsync(filter));
        return door;
    }

    public Task PublishAsync(string brokerKey, string topic, Payload payload) =>
        _brokers[brokerKey].Broker.PublishAsync(topic, payload.Bytes);

    public async Task<byte[]> ReceiveAsync(string brokerKey, string topic) =>
        (await _brokers[brokerKey].Subscription.WaitForMessageAsync(message => message.Topic == topic)).Payload;

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, subscription) in _brokers.Values)
            await subscription.DisposeAsync();
    }
}
