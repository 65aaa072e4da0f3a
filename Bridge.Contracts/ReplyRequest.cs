using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>
/// What <see cref="HubMethods.Request"/> takes, as .NET clients write it: a message that somebody replies to (MQTT 5 §4.10). Response topic
/// and correlation data are the bridge's, so that it can tell whose reply is whose.
/// </summary>
[MessagePackObject]
public sealed record class ReplyRequest
{
    /// <summary>The configured name of the broker; its link must be one of MQTT 5.</summary>
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

    /// <summary>The payload's content type, or null.</summary>
    [Key("contentType")]
    public string? ContentType { get; init; }

    /// <summary>User properties as <c>[name, value]</c> pairs, or null.</summary>
    [Key("userProperties")]
    public IReadOnlyList<string[]>? UserProperties { get; init; }

    /// <summary>
    /// After how many seconds the request expires at the broker, 1 to 4,294,967,295; null for as long as the reply is waited for, so that
    /// nobody works for somebody who has gone.
    /// </summary>
    [Key("expirySeconds")]
    public uint? ExpirySeconds { get; init; }

    /// <summary>For how many seconds the reply is waited for, from when the bridge has the request; 0.1 to 300, default 10.</summary>
    [Key("timeoutSeconds")]
    public double TimeoutSeconds { get; init; } = 10;
}
