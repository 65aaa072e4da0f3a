using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>The state of the bridge's link to a broker. On the wire its name in lower case.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<BrokerState>))]
[MessagePackFormatter(typeof(CamelCaseEnumFormatter<BrokerState>))]
public enum BrokerState : byte
{
    /// <summary>The link went down, or could not be made; the bridge tries again by itself, and stays in this state until it succeeds.</summary>
    Disconnected,

    /// <summary>The first connection since the start is being made.</summary>
    Connecting,

    /// <summary>The broker accepted the connection and the configured subscriptions were sent.</summary>
    Connected,
}
