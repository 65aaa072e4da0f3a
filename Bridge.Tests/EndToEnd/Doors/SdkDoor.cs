using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd.Doors;

/// <summary>The .NET client SDK.</summary>
internal sealed class SdkDoor : IDoor
{
    private readonly BridgeClient _client;
    private readonly Collected<BridgeMessage> _messages = new();
    private readonly List<Task> _readers = [];

    private SdkDoor(BridgeClient client) => _client = client;

    public static async Task<SdkDoor> OpenAsync(string hubUrl, string filter, params string[] brokerKeys)
    {
        var door = new SdkDoor(await BridgeClient.ConnectAsync(hubUrl));
        foreach (var brokerKey in brokerKeys)
        {
            var before = await door.CountSubscriptionsAsync(brokerKey);
            door._readers.Add(door.ReadAsync(door._client.SubscribeAsync(brokerKey, filter)));
            await Eventually.HoldsAsync(async () => await door.CountSubscriptionsAsync(brokerKey) > before);
        }

        return door;
    }

    public async Task PublishAsync(string brokerKey, string topic, Payload payload)
    {
        try
        {
            await (payload.Text is { } text
                ? _client.PublishAsync(brokerKey, topic, text)
                : _client.PublishAsync(brokerKey, topic, payload.Bytes));
        }
        catch (BridgeException exception)
        {
            throw new DoorException(exception.Code);
        }
    }

    public async Task<byte[]> ReceiveAsync(string brokerKey, string topic)
    {
        var message = await _messages.WaitForAsync(
            message => message.BrokerKey == brokerKey && message.Topic == topic, what: $"{topic} of {brokerKey}");
        return message.Payload.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await Task.WhenAll(_readers).WaitAsync(Eventually.DefaultTimeout);
    }

    private async Task ReadAsync(BridgeSubscription subscription)
    {
        await foreach (var message in subscription)
            _messages.Add(message);
    }

    private async Task<int> CountSubscriptionsAsync(string brokerKey) =>
        (await _client.GetBrokersAsync()).Single(broker => broker.BrokerKey == brokerKey).Subscriptions;
}
