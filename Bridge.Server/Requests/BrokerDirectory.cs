using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.FanOut;

namespace Bridge.Server.Requests;

/// <summary>What is told of the brokers: their links' numbers, and their streams'.</summary>
internal sealed class BrokerDirectory(BrokerManager brokers, MessageStreams streams)
{
    public BrokerInfo[] List() => [.. brokers.All.Select(Describe)];

    /// <exception cref="Messages.BridgeException">There is none with this key.</exception>
    public BrokerInfo Get(string brokerKey) => Describe(brokers.Get(brokerKey));

    private BrokerInfo Describe(BrokerConnection broker)
    {
        var state = broker.State;
        var statistics = streams.Get(broker.Key).GetStatistics();
        return new BrokerInfo
        {
            BrokerKey = broker.Key,
            State = state.State,
            Since = state.Since,
            LastError = state.LastError,
            Topics = statistics.Topics,
            CachedBytes = statistics.CachedBytes,
            Evicted = statistics.Evicted,
            Expired = statistics.Expired,
            MessagesIn = broker.MessagesIn.Total,
            MessagesInPerSecond = broker.MessagesIn.PerSecond,
            MessagesLeftOut = broker.LeftOut,
            RequestsWaiting = broker.RequestsWaiting,
            RepliesLate = broker.RepliesLate,
            MessagesOut = broker.MessagesOut.Total,
            MessagesOutPerSecond = broker.MessagesOut.PerSecond,
            Subscriptions = statistics.Subscriptions,
        };
    }
}
