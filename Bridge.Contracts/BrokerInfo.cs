using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>One broker and its link, as <see cref="HubMethods.GetBrokers"/> and <c>GET /brokers</c> tell it.</summary>
[MessagePackObject]
public sealed record class BrokerInfo
{
    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>The state of the link.</summary>
    [Key("state")]
    [MessagePackFormatter(typeof(CamelCaseEnumFormatter<BrokerState>))]
    public BrokerState State { get; init; }

    /// <summary>Since when the link is in that state, in UTC.</summary>
    [Key("since")]
    [JsonConverter(typeof(TimestampJsonConverter))]
    [MessagePackFormatter(typeof(TimestampFormatter))]
    public DateTimeOffset Since { get; init; }

    /// <summary>Why the link went down, or could not be made, the last time that happened; null when it never did.</summary>
    [Key("lastError")]
    public string? LastError { get; init; }

    /// <summary>How many topics have a last value.</summary>
    [Key("topics")]
    public int Topics { get; init; }

    /// <summary>How many bytes the last values occupy, as the cache's bound counts them.</summary>
    [Key("cachedBytes")]
    public long CachedBytes { get; init; }

    /// <summary>How many last values were evicted to keep the cache within its bounds, since the start.</summary>
    [Key("evicted")]
    public long Evicted { get; init; }

    /// <summary>How many last values ran out of time (the cache's or their own), since the start.</summary>
    [Key("expired")]
    public long Expired { get; init; }

    /// <summary>How many messages were received from the broker since the start.</summary>
    [Key("messagesIn")]
    public long MessagesIn { get; init; }

    /// <summary>How many messages from the broker were left out because they went beyond the bridge's limits, since the start.</summary>
    [Key("messagesLeftOut")]
    public long MessagesLeftOut { get; init; }

    /// <summary>How many messages were published to the broker, and accepted by it, since the start.</summary>
    [Key("messagesOut")]
    public long MessagesOut { get; init; }

    /// <summary>How many requests wait for their reply at this moment; 10,000 may.</summary>
    [Key("requestsWaiting")]
    public int RequestsWaiting { get; init; }

    /// <summary>
    /// How many replies were received, since the start, that nobody waits for: too late, a second time, or to no request of the bridge's.
    /// </summary>
    [Key("repliesLate")]
    public long RepliesLate { get; init; }

    /// <summary>Messages received per second, over the last ten seconds.</summary>
    [Key("messagesInPerSecond")]
    public double MessagesInPerSecond { get; init; }

    /// <summary>Messages published per second, over the last ten seconds.</summary>
    [Key("messagesOutPerSecond")]
    public double MessagesOutPerSecond { get; init; }

    /// <summary>How many durable publishes wait on the bridge's disk for this broker.</summary>
    [Key("queued")]
    public int Queued { get; init; }

    /// <summary>Since when the oldest of them waits, in UTC; null where none does.</summary>
    [Key("queuedSince")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(TimestampJsonConverter))]
    [MessagePackFormatter(typeof(OptionalTimestampFormatter))]
    public DateTimeOffset? QueuedSince { get; init; }

    /// <summary>How many subscriptions clients have on this broker.</summary>
    [Key("subscriptions")]
    public int Subscriptions { get; init; }
}

/// <summary>A change of a link's state, as <see cref="ClientMethods.BrokerState"/> tells it.</summary>
[MessagePackObject]
public sealed record class BrokerStateChange
{
    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>The state of the link.</summary>
    [Key("state")]
    [MessagePackFormatter(typeof(CamelCaseEnumFormatter<BrokerState>))]
    public BrokerState State { get; init; }

    /// <summary>Since when the link is in that state, in UTC.</summary>
    [Key("since")]
    [JsonConverter(typeof(TimestampJsonConverter))]
    [MessagePackFormatter(typeof(TimestampFormatter))]
    public DateTimeOffset Since { get; init; }

    /// <summary>Why the link went down, or could not be made, the last time that happened; null when it never did.</summary>
    [Key("lastError")]
    public string? LastError { get; init; }
}
