using Bridge.Contracts;

namespace Bridge.Server.Persistence;

/// <summary>A message that waits on disk for its broker.</summary>
/// <param name="Id">Its number: those of one broker are sent in the order of their numbers.</param>
/// <param name="QueuedAt">When it was taken.</param>
/// <param name="Progress">How far a QoS 2 message has come.</param>
/// <param name="Request">The message.</param>
internal sealed record QueuedPublish(long Id, DateTimeOffset QueuedAt, QueueProgress Progress, PublishRequest Request);

/// <summary>How far a QoS 2 message has come (MQTT 5 §4.3.3).</summary>
internal enum QueueProgress
{
    /// <summary>The broker has not seen it.</summary>
    Waiting,

    /// <summary>It was sent, and the broker may have received it.</summary>
    Sent,

    /// <summary>The broker has received it, and may have been told to hand it on.</summary>
    Received,
}

/// <summary>What waits for one broker.</summary>
/// <param name="Count">How many messages.</param>
/// <param name="Bytes">Their bytes, as <see cref="PersistenceOptions.QueueBytes"/> counts them.</param>
/// <param name="Since">Since when the oldest waits; null where none does.</param>
internal readonly record struct QueueLength(int Count, long Bytes, DateTimeOffset? Since);
