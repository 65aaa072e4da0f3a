using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.FanOut;

namespace Bridge.Server.Requests;

/// <summary>What is told of the brokers: their links' numbers, and their streams'.</summary>
internal sealed class BrokerDirectory(BrokerManager brokers, MessageStreams streams, AccessChecks access, CallerLimits limits)
{
    /// <summary>The brokers with which the caller may do anything.</summary>
    public BrokerInfo[] List(Caller caller)
    {
        limits.CountRead(caller);
        return [.. brokers.All.Where(broker => caller.Permissions.SeesBroker(broker.Key)).Select(Describe)];
    }

    /// <exception cref="Messages.BridgeException">There is none with this key, or it is not the caller's to see.</exception>
    public BrokerInfo Get(Caller caller, string brokerKey)
    {
        limits.CountRead(caller);
        access.ThrowUnlessVisible(caller, brokerKey);
        return Describe(brokers.Get(brokerKey));
    }

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
            MessagesLeftOut = broker.Counts.LeftOut,
            RequestsWaiting = broker.RequestsWaiting,
            RepliesLate = broker.RepliesLate,
            MessagesOut = broker.MessagesOut.Total,
            MessagesOutPerSecond = broker.MessagesOut.PerSecond,
            Subscriptions = statistics.Subscriptions,
        };
    }
}
