namespace Bridge.Contracts;

/// <summary>
/// The codes of everything that can go wrong. On the hub a failure's message is <c>code: detail</c>; over HTTP the code is the
/// member <c>code</c> of an <c>application/problem+json</c> body (RFC 9457).
/// </summary>
public static class ErrorCodes
{
    /// <summary>The request is malformed: a member is missing, repeated or of the wrong type. HTTP 400.</summary>
    public const string RequestInvalid = "request_invalid";

    /// <summary>Not an MQTT topic name (MQTT 5 §4.7). HTTP 400.</summary>
    public const string TopicInvalid = "topic_invalid";

    /// <summary>Not an MQTT topic filter (MQTT 5 §4.7.1). HTTP 400.</summary>
    public const string FilterInvalid = "filter_invalid";

    /// <summary>Not a cursor that the bridge gave. HTTP 400.</summary>
    public const string CursorInvalid = "cursor_invalid";

    /// <summary>A publish without a message. HTTP 400.</summary>
    public const string MessageMissing = "message_missing";

    /// <summary>
    /// No credentials, or such as are not accepted (any more). HTTP 401. Hub clients are told it when they connect, and at the latest when
    /// their token runs out or their key is taken away: the connection ends.
    /// </summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>The caller may not do this. HTTP 403.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>The broker said not authorized. HTTP 403.</summary>
    public const string BrokerRefused = "broker_refused";

    /// <summary>No broker is configured under this key. HTTP 404.</summary>
    public const string BrokerUnknown = "broker_unknown";

    /// <summary>Nothing is known of this topic. HTTP 404.</summary>
    public const string NoMessage = "no_message";

    /// <summary>No history is kept of these topics. HTTP 404.</summary>
    public const string HistoryOff = "history_off";

    /// <summary>The value cannot be shown in the representation that was asked for. HTTP 406.</summary>
    public const string NotAcceptable = "not_acceptable";

    /// <summary>The request's body came too slowly. HTTP 408.</summary>
    public const string RequestTimeout = "request_timeout";

    /// <summary>The URL is longer than the bridge accepts. HTTP 414.</summary>
    public const string UriTooLong = "uri_too_long";

    /// <summary>The message is larger than the bridge or the broker accepts. HTTP 413.</summary>
    public const string PayloadTooLarge = "payload_too_large";

    /// <summary>The idempotency key was used for another message a short while ago. HTTP 409.</summary>
    public const string IdempotencyConflict = "idempotency_conflict";

    /// <summary>A processing step refused the message, or failed and is configured to let nothing past it then. HTTP 422.</summary>
    public const string StepRejected = "step_rejected";

    /// <summary>The body's content type is not one that this endpoint reads. HTTP 415.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>The caller does something more often than it may, or has more open; the detail names the limit. HTTP 429.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>The connection, or the caller, has as many subscriptions as it may have. HTTP 429.</summary>
    public const string TooManySubscriptions = "too_many_subscriptions";

    /// <summary>The broker said that a quota is exceeded. HTTP 429.</summary>
    public const string BrokerQuota = "broker_quota";

    /// <summary>The broker answered with another MQTT reason code; <c>reasonCode</c> has it. HTTP 502.</summary>
    public const string BrokerRejected = "broker_rejected";

    /// <summary>The link to the broker is down. HTTP 503.</summary>
    public const string BrokerDisconnected = "broker_disconnected";

    /// <summary>The bridge has more to do than it may take on. HTTP 503.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>
    /// The broker did not acknowledge in time: the message may or may not have reached it, unless the detail says that it was not sent.
    /// HTTP 504.
    /// </summary>
    public const string PublishTimeout = "publish_timeout";

    /// <summary>There are only values that are older than was asked for. HTTP 504.</summary>
    public const string Stale = "stale";

    /// <summary>
    /// No reply came in time, or the broker knows nobody who could reply: the request may or may not have been acted on. HTTP 504.
    /// </summary>
    public const string ReplyTimeout = "reply_timeout";

    /// <summary>A fault of the bridge itself; its log has the cause. HTTP 500.</summary>
    public const string Internal = "internal_error";
}
