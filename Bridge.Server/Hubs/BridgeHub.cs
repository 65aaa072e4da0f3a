using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Bridge.Server.Requests;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Server.Hubs;

/// <summary>The SignalR door: translates, and holds no logic of its own.</summary>
internal sealed class BridgeHub(BrokerReads reads, HistoryReads history, MessagePublisher publisher, RequestParser parser, BrokerDirectory directory) : Hub
{
    public Task<SubscribeResult> Subscribe(RequestFields request)
    {
        var (brokerKey, terms) = parser.ParseSubscribe(request);
        return reads.SubscribeAsync(Caller, HubOutbox.Of(Context), brokerKey, terms, Context.ConnectionAborted);
    }

    public void Unsubscribe(RequestFields request)
    {
        var id = request.RequiredText("subscription");
        var outbox = HubOutbox.Of(Context);
        if (outbox.Find(id) is { } subscriber)
            subscriber.Feed.Stream.Unsubscribe(subscriber);
        // Of a broker that was removed the client may not know yet.
        else if (!outbox.ForgetEnd(id))
            throw BridgeException.RequestInvalid($"This connection has no subscription '{id}'.");
    }

    public Task<GetLastResult> GetLast(RequestFields request)
    {
        var (brokerKey, terms) = parser.ParseRead(request);
        return reads.GetLastAsync(Caller, brokerKey, terms, Context.ConnectionAborted);
    }

    public Task<GetHistoryResult> GetHistory(RequestFields request)
    {
        var (brokerKey, terms) = parser.ParseHistory(request);
        return history.ReadAsync(Caller, brokerKey, terms, Context.ConnectionAborted);
    }

    public Task<PublishReceipt> Publish(RequestFields request) =>
        publisher.PublishAsync(Caller, RequestParser.ParsePublish(request), Context.ConnectionAborted);

    public Task<BridgeMessage> Request(RequestFields request)
    {
        var (message, timeout) = RequestParser.ParseRequest(request);
        return publisher.RequestAsync(Caller, message, timeout, Context.ConnectionAborted);
    }

    public BrokerInfo[] GetBrokers() => directory.List(Caller);

    private Caller Caller => HubSession.Of(Context).Caller;
}
