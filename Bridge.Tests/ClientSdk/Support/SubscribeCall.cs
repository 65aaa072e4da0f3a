using Bridge.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Tests.ClientSdk.Support;

/// <summary>A Subscribe that the scripted hub got, and the way to send batches for it.</summary>
internal sealed record class SubscribeCall(string Id, SubscribeRequest Request, ISingleClientProxy Client)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public SubscribeResult Result => new() { Subscription = Id, BrokerKey = Request.BrokerKey, Topic = Request.Topic };

    public Task SendAsync(MessageBatch batch) =>
        Client.SendAsync(ClientMethods.Messages, batch with { Subscription = Id, BrokerKey = Request.BrokerKey });

    public Task SendAsync(params BridgeMessage[] messages) => SendAsync(new MessageBatch { Messages = messages, Cursor = "e.1" });

    public Task SendSnapshotAsync(params BridgeMessage[] messages) =>
        SendAsync(new MessageBatch { Messages = messages, Cursor = "e.1", Snapshot = true, SnapshotComplete = true });

    /// <summary>Tells a broker's state, which the client sees after all batches sent before.</summary>
    public Task SendStateAsync() =>
        Client.SendAsync(ClientMethods.BrokerState, new BrokerStateChange { BrokerKey = "plant", State = BrokerState.Connected });

    /// <summary>A message as it stands in a batch, received so many milliseconds after noon.</summary>
    public static BridgeMessage Message(string topic, string text, int milliseconds = 0) => new()
    {
        Topic = topic,
        Payload = System.Text.Encoding.UTF8.GetBytes(text),
        ReceivedAt = Noon.AddMilliseconds(milliseconds),
    };
}
