using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Contracts.Wire;

/// <summary>The envelope in JSON.</summary>
internal sealed class BridgeMessageJsonConverter : JsonConverter<BridgeMessage>
{
    public override void Write(Utf8JsonWriter writer, BridgeMessage value, JsonSerializerOptions options) =>
        Write(writer, value, EnvelopeMembers.BrokerAndCursor);

    /// <summary>Writes the envelope as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, BridgeMessage message, EnvelopeMembers members)
    {
        var usual = members.HasFlag(EnvelopeMembers.Usual);
        var brokerAndCursor = members.HasFlag(EnvelopeMembers.BrokerAndCursor);
        writer.WriteStartObject();
        if (brokerAndCursor && message.BrokerKey.Length > 0)
            writer.WriteString(EnvelopeNames.BrokerKey, message.BrokerKey);
        writer.WriteString(EnvelopeNames.Topic, message.Topic);
        if (Utf8Text.IsValid(message.Payload.Span))
            writer.WriteString(EnvelopeNames.Message, message.Payload.Span);
        else
            writer.WriteBase64String(EnvelopeNames.MessageBase64, message.Payload.Span);
        if (usual || message.QualityOfService != 0)
            writer.WriteNumber(EnvelopeNames.Qos, (int)message.QualityOfService);
        if (usual || message.Retain)
            writer.WriteBoolean(EnvelopeNames.Retain, message.Retain);
        WriteTime(writer, EnvelopeNames.ReceivedAt, message.ReceivedAt);
        if (brokerAndCursor && message.Cursor is not null)
            writer.WriteString(EnvelopeNames.Cursor, message.Cursor);
        if (usual || message.Source != MessageSource.Live)
            writer.WriteString(EnvelopeNames.Source, EnvelopeNames.Word(message.Source));
        WriteProperties(writer, message);
        writer.WriteEndObject();
    }

    private static void WriteProperties(Utf8JsonWriter writer, BridgeMessage message)
    {
        if (message.ContentType is not null)
            writer.WriteString(EnvelopeNames.ContentType, message.ContentType);
        if (message.UserProperties.Count > 0)
        {
            writer.WriteStartArray(EnvelopeNames.UserProperties);
            foreach (var property in message.UserProperties)
            {
                writer.WriteStartArray();
                writer.WriteStringValue(property.Name);
                writer.WriteStringValue(property.Value);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        if (message.ResponseTopic is not null)
            writer.WriteString(EnvelopeNames.ResponseTopic, message.ResponseTopic);
        if (message.CorrelationData is { } correlation)
            writer.WriteBase64String(EnvelopeNames.CorrelationData, correlation.Span);
        if (message.ExpiresAt is { } expiresAt)
            WriteTime(writer, EnvelopeNames.ExpiresAt, expiresAt);
    }

    private static void WriteTime(Utf8JsonWriter writer, JsonEncodedText name, DateTimeOffset time)
    {
#if NETSTANDARD2_0
        writer.WriteString(name, Timestamp.ToText(time));
#else
        Span<byte> text = stackalloc byte[Timestamp.Length];
        Timestamp.Write(time, text);
        writer.WriteString(name, text);
#endif
    }

    public override BridgeMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        return new BridgeMessage
        {
            BrokerKey = Text(root, "brokerKey") ?? "",
            Topic = Text(root, "topic") ?? "",
            Payload = Text(root, "message") is { } text ? Encoding.UTF8.GetBytes(text) : Bytes(root, "messageBase64") ?? [],
            QualityOfService = root.TryGetProperty("qos", out var qos) ? (QualityOfService)qos.GetByte() : default,
            Retain = root.TryGetProperty("retain", out var retain) && retain.GetBoolean(),
            ReceivedAt = Timestamp.Parse(Text(root, "receivedAt")),
            Cursor = Text(root, "cursor"),
            Source = EnvelopeNames.ParseSource(Text(root, "source")),
            ContentType = Text(root, "contentType"),
            UserProperties = root.TryGetProperty("userProperties", out var properties)
                ? [.. properties.EnumerateArray().Select(pair => new UserProperty(pair[0].GetString()!, pair[1].GetString()!))]
                : [],
            ResponseTopic = Text(root, "responseTopic"),
            CorrelationData = Bytes(root, "correlationData") is { } correlation ? correlation : default(ReadOnlyMemory<byte>?),
            ExpiresAt = Text(root, "expiresAt") is { } expiresAt ? Timestamp.Parse(expiresAt) : null,
        };
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[]? Bytes(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) ? value.GetBytesFromBase64() : null;
}
