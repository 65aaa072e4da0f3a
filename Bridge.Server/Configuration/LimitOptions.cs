namespace Bridge.Server.Configuration;

/// <summary>
/// What one client may ask for. In each, 0 means no limit. A user is whoever has the name of an API key, a certificate or a token;
/// who has none counts by address: an IPv4 address, or the first 64 bits of an IPv6 address. What is beyond a limit by the second is
/// <c>rate_limited</c> (429, with <c>Retry-After</c>) at once, and nothing is queued; ten seconds' worth can be used in one go after a
/// quiet time.
/// </summary>
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

    /// <summary>The web server's own bound for the first line of a request: method, URL and version.</summary>
    internal const int MaxRequestLineBytes = 262_144;

    /// <summary>
    /// The longest URL, in bytes as it is sent: path and query. A longer one is <c>uri_too_long</c> (414). A topic has up to 65,535 bytes
    /// (MQTT 5 §4.7.3), and a byte takes up to three in a query. Default 204,800 (200 KiB); at most 262,000; 0 leaves it to the web server,
    /// which takes 262,144 for method, URL and version.
    /// </summary>
    public int MaxUrlBytes { get; set; } = 204_800;

    /// <summary>
    /// The largest request that can be within the limits: a byte of payload takes at most six in JSON (<c>\u0000</c>); the rest is for the
    /// other members. Null where there is no limit.
    /// </summary>
    internal long? MaxRequestBytes => MaxPayloadBytes > 0 ? (MaxPayloadBytes * 6L) + 131_072 : null;

    /// <summary>Whether a topic or topic filter has more levels than it may have.</summary>
    internal bool HasTooManyLevels(string topic) => MaxTopicLevels > 0 && topic.AsSpan().Count('/') >= MaxTopicLevels;

    /// <summary>
    /// How many hub connections and requests one user may have under way at a time, together: event streams and what waits (<c>wait</c>) are
    /// requests that last. Who has no name counts by address only. Default 1000.
    /// </summary>
    public int ConnectionsPerUser { get; set; } = 1000;

    /// <summary>
    /// The same for all callers of one address together. Behind a proxy all have its address: there, set it to 0 (or have the host read the
    /// proxy's headers, with <c>ASPNETCORE_FORWARDEDHEADERS_ENABLED</c>). Default 10,000.
    /// </summary>
    public int ConnectionsPerAddress { get; set; } = 10_000;

    /// <summary>How many subscriptions one connection may have at a time; one more is <c>too_many_subscriptions</c>. Default 100.</summary>
    public int SubscriptionsPerConnection { get; set; } = 100;

    /// <summary>
    /// How many subscriptions one user, or without a name one address, may have at a time, on all connections and event streams together; one
    /// more is <c>too_many_subscriptions</c>. Default 10,000.
    /// </summary>
    public int SubscriptionsPerUser { get; set; } = 10_000;

    /// <summary>
    /// How many subscriptions one user, or without a name one address, may begin in a second: the hub's <c>Subscribe</c>, and event streams;
    /// and likewise how many hub connections (negotiations). Default 100.
    /// </summary>
    public int SubscribesPerSecond { get; set; } = 100;

    /// <summary>
    /// How often in a second one user, or without a name one address, may ask for last values (<c>GetLast</c>, <c>GET /events</c>), for the
    /// brokers or for a ticket. Each 100 values of a list count as one more. Default 1000.
    /// </summary>
    public int ReadsPerSecond { get; set; } = 1000;

    /// <summary>
    /// How many requests to devices (<c>Request</c>, <c>POST /request</c>) of one user, or without a name one address, may wait for their
    /// replies at a time. Default 1000.
    /// </summary>
    public int RequestsPerUser { get; set; } = 1000;

    /// <summary>
    /// How many messages one user, or without a name one address, may publish in a second, requests included. Each message of an array counts
    /// by itself; what an idempotency key spares from being published again does not. Default 1000.
    /// </summary>
    public int PublishesPerSecond { get; set; } = 1000;

    /// <summary>
    /// How many bytes of payload one user, or without a name one address, may publish in a second, requests included. One payload can always
    /// be as large as <c>MaxPayloadBytes</c> says: it is waited for then. Default 0: no limit.
    /// </summary>
    public long PublishBytesPerSecond { get; set; }

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
