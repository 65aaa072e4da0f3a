using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>What of the messages that match a subscription's filter is delivered. On the wire its name in lower case.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<SubscriptionMode>))]
[MessagePackFormatter(typeof(CamelCaseEnumFormatter<SubscriptionMode>))]
public enum SubscriptionMode : byte
{
    /// <summary>Every message, as long as the connection takes them.</summary>
    All,

    /// <summary>
    /// The last message of each topic, as of when it is delivered; those before it are counted as skipped. With a rate, all topics'
    /// updates are delivered together, so often at most; after a quiet time at once.
    /// </summary>
    Latest,
}
