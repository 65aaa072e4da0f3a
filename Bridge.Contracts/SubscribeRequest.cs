using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>What <see cref="HubMethods.Subscribe"/> takes.</summary>
[MessagePackObject]
public sealed record class SubscribeRequest
{
    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>An MQTT topic filter.</summary>
    [Key("topic")]
    public string Topic { get; init; } = "";

    /// <summary>What of the messages that match is delivered. Default: all of them.</summary>
    [Key("mode")]
    [MessagePackFormatter(typeof(CamelCaseEnumFormatter<SubscriptionMode>))]
    public SubscriptionMode Mode { get; init; }

    /// <summary>
    /// How many updates a second a topic may have, 0.01 to 1,000, with <see cref="SubscriptionMode.Latest"/>; null for as many as are
    /// delivered.
    /// </summary>
    [Key("maxRate")]
    public double? MaxRate { get; init; }

    /// <summary>Whether the last known values are sent first. Default true.</summary>
    [Key("snapshot")]
    public bool Snapshot { get; init; } = true;

    /// <summary>
    /// A cursor up to which everything is known: what came since follows, instead of a snapshot. Where that is not possible, a snapshot
    /// follows in any case (<see cref="SubscribeResult.Resumed"/>).
    /// </summary>
    [Key("resumeFrom")]
    public string? ResumeFrom { get; init; }
}

/// <summary>What <see cref="HubMethods.Subscribe"/> answers.</summary>
[MessagePackObject]
public sealed record class SubscribeResult
{
    /// <summary>The id that this subscription's batches carry; opaque.</summary>
    [Key("subscription")]
    public string Subscription { get; init; } = "";

    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>The filter that was subscribed to.</summary>
    [Key("topic")]
    public string Topic { get; init; } = "";

    /// <summary>The position at which the subscription began: what came before is in the snapshot, what comes after is live.</summary>
    [Key("cursor")]
    public string Cursor { get; init; } = "";

    /// <summary>The state of the broker's link at that moment.</summary>
    [Key("state")]
    [MessagePackFormatter(typeof(CamelCaseEnumFormatter<BrokerState>))]
    public BrokerState State { get; init; }

    /// <summary>How many topics with a last value the filter matched.</summary>
    [Key("matchedTopics")]
    public int MatchedTopics { get; init; }

    /// <summary>
    /// Whether the subscription goes on from the cursor that was asked for: what came since follows, without a snapshot. Otherwise, as
    /// when that was too long ago or in another run of the bridge, a full snapshot follows.
    /// </summary>
    [Key("resumed")]
    public bool Resumed { get; init; }

    /// <summary>
    /// Whether the bridge itself may have missed messages since that cursor: its link to the broker was down, or it was restarted. What it
    /// knows follows all the same. False where the subscription does not go on from a cursor.
    /// </summary>
    [Key("gap")]
    public bool Gap { get; init; }
}

/// <summary>What <see cref="HubMethods.Unsubscribe"/> takes.</summary>
[MessagePackObject]
public sealed record class UnsubscribeRequest
{
    /// <summary>The id from <see cref="SubscribeResult.Subscription"/>.</summary>
    [Key("subscription")]
    public string Subscription { get; init; } = "";
}
