using System.Text.Json.Serialization;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>What <see cref="HubMethods.GetHistory"/> takes.</summary>
[MessagePackObject]
public sealed record class GetHistoryRequest
{
    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>An MQTT topic name or topic filter.</summary>
    [Key("topic")]
    public string Topic { get; init; } = "";

    /// <summary>
    /// From when on: a cursor, whose own message is not among them, or a time (RFC 3339), with what came at it. Null for the oldest that is
    /// kept.
    /// </summary>
    [Key("since")]
    public string? Since { get; init; }

    /// <summary>Until when: a cursor, whose own message is the last, or a time, without what came at it. Null for the newest.</summary>
    [Key("until")]
    public string? Until { get; init; }

    /// <summary>How many messages at most, 1 to 10,000; null for 1,000. Fewer may come though there are more.</summary>
    [Key("limit")]
    public int? Limit { get; init; }
}

/// <summary>What <see cref="HubMethods.GetHistory"/> answers.</summary>
[MessagePackObject]
public sealed record class GetHistoryResult
{
    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>The messages, in the order in which they came; each has its cursor.</summary>
    [Key("messages")]
    public IReadOnlyList<BridgeMessage> Messages { get; init; } = [];

    /// <summary>Where there are more: what to ask for as <see cref="GetHistoryRequest.Since"/>. Null where these are the last.</summary>
    [Key("next")]
    public string? Next { get; init; }

    /// <summary>
    /// Where <see cref="GetHistoryRequest.Since"/> is a cursor: whether messages after it may be missing, because they are not kept any more, or
    /// never were. Absent when false.
    /// </summary>
    [Key("truncated")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Truncated { get; init; }
}
