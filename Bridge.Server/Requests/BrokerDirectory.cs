using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Persistence;

namespace Bridge.Server.Requests;

/// <summary>What is told of the brokers: their links' numbers, and their streams'.</summary>
internal sealed class BrokerDirectory(BrokerManager brokers, MessageStreams streams, PublishQueue queue, AccessChecks access, CallerLimits limits)
{
    /// <summary>The brokers with which the caller may do anything.</summary>
    public BrokerInfo[] List(Caller caller)
    {
        limits.CountRead(caller);
        return [.. brokers.All.Where(broker => caller.Permissions.SeesBroker(broker.Key)).Select(Describe).OfType<BrokerInfo>()];
    }

    /// <exception cref="BridgeException">There is none with this key, or it is not the caller's to see.</exception>
    public BrokerInfo Get(Caller caller, string brokerKey)
    {
        limits.CountRead(caller);
        access.ThrowUnlessVisible(caller, brokerKey);
        return Describe(brokers.Get(brokerKey)) ?? throw BridgeException.BrokerUnknown(brokerKey);
    }

    /// <returns>Null when the broker was removed just now.</returns>
    private BrokerInfo? Describe(BrokerConnection broker)
    {
        if (streams.Find(broker.Key)?.GetStatistics() is not { } statistics)
            return null;

        var state = broker.State;
        var queued = queue.LengthOf(broker.Key);
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
            Queued = queued.Count,
            QueuedSince = queued.Since,
        };
    }
}
