using System.Text.Json;

namespace Bridge.Contracts.Wire;

/// <summary>The names of an envelope's members, encoded once.</summary>
internal static class EnvelopeNames
{
    public static readonly JsonEncodedText BrokerKey = JsonEncodedText.Encode("brokerKey");
    public static readonly JsonEncodedText Topic = JsonEncodedText.Encode("topic");
    public static readonly JsonEncodedText Message = JsonEncodedText.Encode("message");
    public static readonly JsonEncodedText MessageBase64 = JsonEncodedText.Encode("messageBase64");
    public static readonly JsonEncodedText Qos = JsonEncodedText.Encode("qos");
    public static readonly JsonEncodedText Retain = JsonEncodedText.Encode("retain");
    public static readonly JsonEncodedText ReceivedAt = JsonEncodedText.Encode("receivedAt");
    public static readonly JsonEncodedText Cursor = JsonEncodedText.Encode("cursor");
    public static readonly JsonEncodedText Source = JsonEncodedText.Encode("source");
    public static readonly JsonEncodedText ContentType = JsonEncodedText.Encode("contentType");
    public static readonly JsonEncodedText UserProperties = JsonEncodedText.Encode("userProperties");
    public static readonly JsonEncodedText ResponseTopic = JsonEncodedText.Encode("responseTopic");
    public static readonly JsonEncodedText CorrelationData = JsonEncodedText.Encode("correlationData");
    public static readonly JsonEncodedText ExpiresAt = JsonEncodedText.Encode("expiresAt");

    /// <summary>The wire's word for a source.</summary>
    public static string Word(MessageSource source) => source switch
    {
        MessageSource.Live => "live",
        MessageSource.Retained => "retained",
        MessageSource.Restored => "restored",
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, null),
    };

    /// <summary>The source that the wire's word means.</summary>
    public static MessageSource ParseSource(string? word) => word switch
    {
        "retained" => MessageSource.Retained,
        "restored" => MessageSource.Restored,
        _ => MessageSource.Live,
    };
}
