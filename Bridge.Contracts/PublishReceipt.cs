using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>
/// What <see cref="HubMethods.Publish"/> answers: the broker has acknowledged the message (QoS 1 and 2), or it was handed to
/// the broker's connection (QoS 0), or, where it is durable, waits on the bridge's disk for its broker.
/// </summary>
[MessagePackObject]
public sealed record class PublishReceipt
{
    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>The topic name that the message was published to.</summary>
    [Key("topic")]
    public string Topic { get; init; } = "";

    /// <summary>The quality of service with which it was published.</summary>
    [Key("qos")]
    [JsonPropertyName("qos")]
    [MessagePackFormatter(typeof(QualityOfServiceFormatter))]
    public QualityOfService QualityOfService { get; init; }

    /// <summary>What the broker said, or that it has not said anything yet.</summary>
    [Key("reason")]
    [MessagePackFormatter(typeof(CamelCaseEnumFormatter<PublishReason>))]
    public PublishReason Reason { get; init; }
}

/// <summary>What became of a message that was accepted. On the wire its name in camel case.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<PublishReason>))]
[MessagePackFormatter(typeof(CamelCaseEnumFormatter<PublishReason>))]
public enum PublishReason : byte
{
    /// <summary>The broker accepted the message.</summary>
    Success,

    /// <summary>The broker accepted the message and knows nobody who wants it (MQTT 5 §3.4.2.1, 0x10).</summary>
    NoMatchingSubscribers,

    /// <summary>The message is durable, and waits on the bridge's disk for its broker: it is sent when that is there.</summary>
    Queued,

    /// <summary>A processing step of the bridge took the message, and sent nothing to the broker.</summary>
    Dropped,
}
