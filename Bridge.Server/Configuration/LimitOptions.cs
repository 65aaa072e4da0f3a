namespace Bridge.Server.Configuration;

/// <summary>What one client may ask for. In each, 0 means no limit.</summary>
public sealed class LimitOptions
{
    /// <summary>
    /// The largest payload in bytes, published or received. A larger publish is refused; a larger message from a broker is
    /// counted, logged and left out. Default 262,144 (256 KiB).
    /// </summary>
    public int MaxPayloadBytes { get; set; } = 262_144;

    /// <summary>
    /// The most levels of a topic or topic filter. A deeper topic from a broker is counted, logged and left out. Default 128.
    /// </summary>
    public int MaxTopicLevels { get; set; } = 128;

    /// <summary>
    /// The largest request that can be within the limits: a byte of payload takes at most six in JSON (<c>\u0000</c>); the rest is for the
    /// other members. Null where there is no limit.
    /// </summary>
    internal long? MaxRequestBytes => MaxPayloadBytes > 0 ? (MaxPayloadBytes * 6L) + 131_072 : null;

    /// <summary>Whether a topic or topic filter has more levels than it may have.</summary>
    internal bool HasTooManyLevels(string topic) => MaxTopicLevels > 0 && topic.AsSpan().Count('/') >= MaxTopicLevels;

    /// <summary>How many subscriptions one connection may have at a time. Default 100.</summary>
    public int SubscriptionsPerConnection { get; set; } = 100;

    /// <summary>
    /// How many encoded bytes may wait for one connection before it is conflated: what it misses then is counted in
    /// <c>skipped</c> and the last value of each topic follows. With what is being written, and
    /// what the system holds for its socket, a connection that does not read costs up to a megabyte by default. Default 393,216 (384 KiB).
    /// </summary>
    public int OutboxBytes { get; set; } = 393_216;

    /// <summary>
    /// For how many seconds a connection may take nothing of what it is sent (64 KiB at a time, or one message) before it is ended: its
    /// reader will not read again. Who reads slowly is conflated, and not ended. Default 60; at most 86,400.
    /// </summary>
    public int SendTimeoutSeconds { get; set; } = 60;
}
