using System.Diagnostics;
using Bridge.Contracts;

namespace Bridge.Server.Messages;

/// <summary>What a broker's link hands its messages to. None of the calls waits for a subscriber.</summary>
internal interface IMessageConsumer
{
    /// <summary>The newest position.</summary>
    long Position { get; }

    /// <summary>Takes a new position, for something that is no message.</summary>
    long Advance();

    /// <summary>Notes that the broker may have sent messages that did not come here: the link was down until now.</summary>
    void MayHaveMissed();

    /// <summary>Takes a message that the broker sent.</summary>
    /// <param name="message">The message, its source not yet decided.</param>
    /// <param name="subscribedAt">
    /// For a retained message the position (<see cref="Advance"/>) at which the subscription that brings it was (re)made: the first retained
    /// message of a topic after that is the broker repeating what it holds, not news. -1 when it cannot be a repetition.
    /// </param>
    /// <param name="trace">The activity of its arrival, where it is followed in a trace.</param>
    /// <param name="arrivedAt">The newest position when the broker sent it, where that is some time ago: what was subscribed to since comes behind it.</param>
    void Receive(BridgeMessage message, long subscribedAt, Activity? trace = null, long arrivedAt = long.MaxValue);

    /// <summary>Takes a change of the link's state.</summary>
    void StateChanged(BrokerStateChange change);
}
