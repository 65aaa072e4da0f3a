using Bridge.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Tests.ClientSdk.Support;

/// <summary>A hub with the contract's methods; what they do is the test's.</summary>
internal sealed class ScriptedHub(ScriptedBridge bridge) : Hub
{
    public override Task OnConnectedAsync()
    {
        bridge.Connected(Context);
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        bridge.Disconnected(Context);
        return Task.CompletedTask;
    }

    public async Task<SubscribeResult> Subscribe(SubscribeRequest request)
    {
        // Ids are the connection's own, so that a new connection has those of the last one again.
        var number = (int)(Context.Items["subscriptions"] ?? 0) + 1;
        Context.Items["subscriptions"] = number;
        var call = new SubscribeCall($"{number}", request, Clients.Caller);
        var result = await bridge.OnSubscribe(call);
        bridge.Subscribes.Add(call);
        return result;
    }

    public void Unsubscribe(UnsubscribeRequest request) => bridge.Unsubscribes.Add(request.Subscription);

    public Task<GetLastResult> GetLast(GetLastRequest request) => bridge.OnGetLast(request);

    public Task<PublishReceipt> Publish(PublishRequest request) => bridge.OnPublish(request);

    public Task<BridgeMessage> Request(ReplyRequest request) => bridge.OnRequest(request);

    public Task<BrokerInfo[]> GetBrokers() => Task.FromResult(bridge.Brokers);
}
