using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>What <see cref="HubMethods.Publish"/> takes, as .NET clients write it.</summary>
[MessagePackObject]
public sealed record class PublishRequest
{
    /// <summary>The configured name of the broker.</summary>
    [Key("brokerKey")]
    public string BrokerKey { get; init; } = "";

    /// <summary>An MQTT topic name, without wildcards.</summary>
    [Key("topic")]
    public string Topic { get; init; } = "";

    /// <summary>The payload. In MessagePack <c>message</c> as <c>bin</c>, in JSON <c>messageBase64</c>.</summary>
    [Key("message")]
    [JsonPropertyName("messageBase64")]
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The quality of service, 0 to 2. Default 1.</summary>
    [Key("qos")]
    [JsonPropertyName("qos")]
    [MessagePackFormatter(typeof(QualityOfServiceFormatter))]
    public QualityOfService QualityOfService { get; init; } = QualityOfService.AtLeastOnce;

    /// <summary>Whether the broker keeps the message as the topic's retained one. Default false.</summary>
    [Key("retain")]
    public bool Retain { get; init; }

    /// <summary>The payload's content type (MQTT 5 only), or null.</summary>
    [Key("contentType")]
    public string? ContentType { get; init; }

    /// <summary>User properties as <c>[name, value]</c> pairs (MQTT 5 only), or null.</summary>
    [Key("userProperties")]
    public IReadOnlyList<string[]>? UserProperties { get; init; }

    /// <summary>The topic to answer to (MQTT 5 only), or null.</summary>
    [Key("responseTopic")]
    public string? ResponseTopic { get; init; }

    /// <summary>What an answer must carry back (MQTT 5 only), or null.</summary>
    [Key("correlationData")]
    public ReadOnlyMemory<byte>? CorrelationData { get; init; }

    /// <summary>After how many seconds the message expires, 1 to 4,294,967,295 (MQTT 5 only); null when never.</summary>
    [Key("expirySeconds")]
    public uint? ExpirySeconds { get; init; }

    /// <summary>
    /// Whether the message is written to the bridge's disk before it is sent, so that it reaches its broker also when that is away, or when the
    /// bridge ends: in the order of such messages, and as often as its quality of service says. Then the answer is
    /// <see cref="PublishReason.Queued"/> where the broker has not acknowledged in time. Null for what is configured for the broker.
    /// </summary>
    [Key("durable")]
    public bool? Durable { get; init; }

    /// <summary>
    /// 1 to 255 visible ASCII characters, or null. The bridge publishes once for each key, whatever comes with it again within 5 minutes of
    /// the answer: a retry gets the same answer, or <see cref="ErrorCodes.IdempotencyConflict"/> where it is another message. A failure that
    /// is certain not to have published leaves the key free; one after which nobody can know is repeated.
    /// </summary>
    [Key("idempotencyKey")]
    public string? IdempotencyKey { get; init; }
}
