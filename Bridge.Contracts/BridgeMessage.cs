using System.Text;
using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>
/// One MQTT message with what the bridge knows of it: the envelope on the wire. Immutable; its payload is shared by all
/// receivers and must not be written to.
/// </summary>
/// <remarks>
/// In JSON the payload is <c>message</c> (its text) when it is valid UTF-8, otherwise <c>messageBase64</c>. In MessagePack it is
/// <c>message</c>, a <c>str</c> when valid UTF-8, otherwise a <c>bin</c>.
/// </remarks>
[JsonConverter(typeof(BridgeMessageJsonConverter))]
[MessagePackFormatter(typeof(BridgeMessageFormatter))]
public sealed record class BridgeMessage
{
    /// <summary>The configured name of the broker that the message came from.</summary>
    public string BrokerKey { get; init; } = "";

    /// <summary>The topic name that the message was published to.</summary>
    public string Topic { get; init; } = "";

    /// <summary>The payload, byte for byte as it was published.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The quality of service with which the broker delivered the message to the bridge.</summary>
    public QualityOfService QualityOfService { get; init; }

    /// <summary>
    /// Whether the message is a retained one. With MQTT 5 this is the flag its publisher set; MQTT 3.1.1 brokers clear the flag on
    /// all but the messages that they send for a new subscription.
    /// </summary>
    public bool Retain { get; init; }

    /// <summary>When the bridge received the message, in UTC. On the wire in milliseconds.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The opaque position of the message in its broker's stream; null where the batch around it has one instead.</summary>
    public string? Cursor { get; init; }

    /// <summary>How the bridge came to know the message.</summary>
    public MessageSource Source { get; init; }

    /// <summary>The content type its publisher set (MQTT 5 §3.3.2.3.9), or null.</summary>
    public string? ContentType { get; init; }

    /// <summary>The user properties its publisher set (MQTT 5 §3.3.2.3.7), in order; empty where there are none.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>The topic to answer to (MQTT 5 §3.3.2.3.5), or null.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>What an answer must carry back (MQTT 5 §3.3.2.3.6), or null.</summary>
    public ReadOnlyMemory<byte>? CorrelationData { get; init; }

    /// <summary>When the message expires (MQTT 5 §3.3.2.3.3), in UTC; null when never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The payload decoded as UTF-8; bytes that are not valid UTF-8 become U+FFFD.</summary>
    /// <returns>The text.</returns>
    public string GetText() =>
#if NETSTANDARD2_0
        Encoding.UTF8.GetString(Payload.ToArray());
#else
        Encoding.UTF8.GetString(Payload.Span);
#endif
}
