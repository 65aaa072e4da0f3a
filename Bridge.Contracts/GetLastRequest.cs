using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>What <see cref="HubMethods.GetLast"/> takes.</summary>
[MessagePackObject]
public sealed record class GetLastRequest
{
    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>An MQTT topic name or topic filter.</summary>
    [Key("topic")]
    public string Topic { get; init; } = "";

    /// <summary>
    /// A cursor: only what has changed since, also the empty retained messages that deleted a topic; null for all there is. Where that
    /// cannot be told any more, all there is (<see cref="GetLastResult.Reset"/>). That a value ran out of time is no change.
    /// </summary>
    [Key("since")]
    public string? Since { get; init; }

    /// <summary>How many messages at most, 1 to 2,147,483,647; null for no limit.</summary>
    [Key("limit")]
    public int? Limit { get; init; }

    /// <summary>Where a list goes on: <see cref="GetLastResult.Next"/> of the part before; null for its beginning.</summary>
    [Key("page")]
    public string? Page { get; init; }

    /// <summary>
    /// How old a message may be, in seconds since the bridge received it, 0 to 315,360,000; null for any age. Where there are only older
    /// ones, the answer is <see cref="ErrorCodes.Stale"/>.
    /// </summary>
    [Key("maxAge")]
    public double? MaxAge { get; init; }
}

/// <summary>What <see cref="HubMethods.GetLast"/> answers.</summary>
[MessagePackObject]
public sealed record class GetLastResult
{
    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>The state of the broker's link.</summary>
    [Key("state")]
    [MessagePackFormatter(typeof(CamelCaseEnumFormatter<BrokerState>))]
    public BrokerState State { get; init; }

    /// <summary>
    /// The position in the broker's stream as of which the values were read; in the parts of a list that of the first. Whoever asks for
    /// what has changed since misses nothing.
    /// </summary>
    [Key("cursor")]
    public string Cursor { get; init; } = "";

    /// <summary>The last values, ordered by topic (by UTF-16 code unit); empty when there are none.</summary>
    [Key("messages")]
    public IReadOnlyList<BridgeMessage> Messages { get; init; } = [];

    /// <summary>Whether these are all there are, though changes were asked for: what has changed cannot be told any more.</summary>
    [Key("reset")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Reset { get; init; }

    /// <summary>
    /// Whether the bridge itself may have missed some of the changes that were asked for: its link to the broker was down, or it was restarted.
    /// </summary>
    [Key("gap")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Gap { get; init; }

    /// <summary>How many values were left out because they are older than was asked for.</summary>
    [Key("stale")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Stale { get; init; }

    /// <summary>Where the list goes on (<see cref="GetLastRequest.Page"/>); null where this is its end.</summary>
    [Key("next")]
    public string? Next { get; init; }
}
