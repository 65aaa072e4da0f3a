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

    /// <summary>The position in the broker's stream at which the values were read.</summary>
    [Key("cursor")]
    public string Cursor { get; init; } = "";

    /// <summary>The last values, ordered by topic (by UTF-16 code unit); empty when there are none.</summary>
    [Key("messages")]
    public IReadOnlyList<BridgeMessage> Messages { get; init; } = [];
}
