using MessagePack;

namespace Bridge.Contracts;

/// <summary>What <see cref="ClientMethods.Messages"/> delivers: messages of one subscription, in order.</summary>
[MessagePackObject]
public sealed record class MessageBatch
{
    /// <summary>The id from <see cref="SubscribeResult.Subscription"/>.</summary>
    [Key("subscription")]
    public string Subscription { get; init; } = "";

    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>The position in the broker's stream that this batch reaches.</summary>
    [Key("cursor")]
    public string Cursor { get; init; } = "";

    /// <summary>The messages, without their broker and cursor.</summary>
    [Key("messages")]
    public IReadOnlyList<BridgeMessage> Messages { get; init; } = [];

    /// <summary>How many messages were left out before these, because the connection could not keep up. Absent when 0.</summary>
    [Key("skipped")]
    public long Skipped { get; init; }

    /// <summary>Whether these are last values from before the subscription began. Absent when false.</summary>
    [Key("snapshot")]
    public bool Snapshot { get; init; }

    /// <summary>
    /// Whether this is the last batch of the snapshot, or of what was missed by a subscription that goes on from a cursor: live ones follow.
    /// Absent when false.
    /// </summary>
    [Key("snapshotComplete")]
    public bool SnapshotComplete { get; init; }

    /// <summary>
    /// In the first batch of a subscription that goes on from a cursor: whether the bridge itself may have missed messages since then, because
    /// its link to the broker was down, or it was restarted. Absent when false.
    /// </summary>
    [Key("gap")]
    public bool Gap { get; init; }
}
