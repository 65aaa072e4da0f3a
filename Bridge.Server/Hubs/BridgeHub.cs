using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Bridge.Server.Requests;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Server.Hubs;

/// <summary>The SignalR door: translates, and holds no logic of its own.</summary>
internal sealed class BridgeHub(
    BrokerManager brokers, MessageStreams streams, MessagePublisher publisher, RequestParser parser, BrokerDirectory directory) : Hub
{
    public async Task<SubscribeResult> Subscribe(RequestFields request)
    {
        var (brokerKey, terms) = parser.ParseSubscribe(request);
        var broker = brokers.Get(brokerKey);
        var upstream = await broker.DemandAsync(terms.Filter, Context.ConnectionAborted);
        try
        {
            var subscription = streams.Get(brokerKey).Subscribe(HubOutbox.Of(Context), terms, upstream);
            return new SubscribeResult
            {
                Subscription = subscription.Id,
                BrokerKey = brokerKey,
                Topic = terms.Filter.Text,
                Cursor = subscription.Cursor,
                MatchedTopics = subscription.MatchedTopics,
                Resumed = subscription.Resumed,
                State = broker.State.State,
            };
        }
        catch
        {
            upstream?.Dispose();
            throw;
        }
    }

    public void Unsubscribe(RequestFields request)
    {
        var id = request.RequiredText("subscription");
        var subscriber = HubOutbox.Of(Context).Find(id)
            ?? throw BridgeException.RequestInvalid($"This connection has no subscription '{id}'.");
        subscriber.Feed.Stream.Unsubscribe(subscriber);
    }

    public GetLastResult GetLast(RequestFields request)
    {
        var (brokerKey, filter) = parser.ParseFilter(request);
        RequestParser.ThrowIfSet(request, "since", "limit", "maxAge");
        var (cursor, messages) = streams.Get(brokerKey).GetLast(filter);
        return new GetLastResult
        {
            BrokerKey = brokerKey,
            State = brokers.Get(brokerKey).State.State,
            Cursor = cursor,
            Messages = messages,
        };
    }

    public Task<PublishReceipt> Publish(RequestFields request) =>
        publisher.PublishAsync(RequestParser.ParsePublish(request), Context.ConnectionAborted);

    public BrokerInfo[] GetBrokers() => directory.List();
}
