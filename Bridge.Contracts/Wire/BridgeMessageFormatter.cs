using System.Buffers;
using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;

namespace Bridge.Contracts.Wire;

/// <summary>The envelope in MessagePack: a map with string keys.</summary>
internal sealed class BridgeMessageFormatter : IMessagePackFormatter<BridgeMessage?>
{
    public void Serialize(ref MessagePackWriter writer, BridgeMessage? value, MessagePackSerializerOptions options)
    {
        if (value is null)
            writer.WriteNil();
        else
            Write(ref writer, value, EnvelopeMembers.BrokerAndCursor);
    }

    /// <summary>Writes the envelope as a map.</summary>
    public static void Write(ref MessagePackWriter writer, BridgeMessage message, EnvelopeMembers members)
    {
        var withBroker = members.HasFlag(EnvelopeMembers.BrokerAndCursor) && message.BrokerKey.Length > 0;
        var withCursor = members.HasFlag(EnvelopeMembers.BrokerAndCursor) && message.Cursor is not null;
        writer.WriteMapHeader(CountMembers(message, withBroker, withCursor));
        if (withBroker)
            WriteText(ref writer, EnvelopeNames.BrokerKey, message.BrokerKey);
        WriteText(ref writer, EnvelopeNames.Topic, message.Topic);
        WriteName(ref writer, EnvelopeNames.Message);
        if (Utf8Text.IsValid(message.Payload.Span))
            writer.WriteString(message.Payload.Span);
        else
            writer.Write(message.Payload.Span);
        if (message.QualityOfService != 0)
        {
            WriteName(ref writer, EnvelopeNames.Qos);
            writer.Write((byte)message.QualityOfService);
        }

        if (message.Retain)
        {
            WriteName(ref writer, EnvelopeNames.Retain);
            writer.Write(true);
        }

        WriteTime(ref writer, EnvelopeNames.ReceivedAt, message.ReceivedAt);
        if (withCursor)
            WriteText(ref writer, EnvelopeNames.Cursor, message.Cursor!);
        if (message.Source != MessageSource.Live)
            WriteText(ref writer, EnvelopeNames.Source, EnvelopeNames.Word(message.Source));
        WriteProperties(ref writer, message);
    }

    private static int CountMembers(BridgeMessage message, bool withBroker, bool withCursor) =>
        3 // topic, message, receivedAt
        + (withBroker ? 1 : 0)
        + (withCursor ? 1 : 0)
        + (message.QualityOfService != 0 ? 1 : 0)
        + (message.Retain ? 1 : 0)
        + (message.Source != MessageSource.Live ? 1 : 0)
        + (message.ContentType is not null ? 1 : 0)
        + (message.UserProperties.Count > 0 ? 1 : 0)
        + (message.ResponseTopic is not null ? 1 : 0)
        + (message.CorrelationData is not null ? 1 : 0)
        + (message.ExpiresAt is not null ? 1 : 0);

    private static void WriteProperties(ref MessagePackWriter writer, BridgeMessage message)
    {
        if (message.ContentType is not null)
            WriteText(ref writer, EnvelopeNames.ContentType, message.ContentType);
        if (message.UserProperties.Count > 0)
        {
            WriteName(ref writer, EnvelopeNames.UserProperties);
            writer.WriteArrayHeader(message.UserProperties.Count);
            foreach (var property in message.UserProperties)
            {
                writer.WriteArrayHeader(2);
                writer.Write(property.Name);
                writer.Write(property.Value);
            }
        }

        if (message.ResponseTopic is not null)
            WriteText(ref writer, EnvelopeNames.ResponseTopic, message.ResponseTopic);
        if (message.CorrelationData is { } correlation)
        {
            WriteName(ref writer, EnvelopeNames.CorrelationData);
            writer.Write(correlation.Span);
        }

        if (message.ExpiresAt is { } expiresAt)
            WriteTime(ref writer, EnvelopeNames.ExpiresAt, expiresAt);
    }

    private static void WriteName(ref MessagePackWriter writer, JsonEncodedText name) => writer.WriteString(name.EncodedUtf8Bytes);

    private static void WriteText(ref MessagePackWriter writer, JsonEncodedText name, string text)
    {
        WriteName(ref writer, name);
        writer.Write(text);
    }

    private static void WriteTime(ref MessagePackWriter writer, JsonEncodedText name, DateTimeOffset time)
    {
        WriteName(ref writer, name);
#if NETSTANDARD2_0
        writer.Write(Timestamp.ToText(time));
#else
        writer.WriteStringHeader(Timestamp.Length);
        Timestamp.Write(time, writer.GetSpan(Timestamp.Length));
        writer.Advance(Timestamp.Length);
#endif
    }

    public BridgeMessage? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil())
            return null;

        options.Security.DepthStep(ref reader);
        string? brokerKey = null, topic = null, cursor = null, contentType = null, responseTopic = null;
        byte[]? payload = null, correlationData = null;
        var qos = QualityOfService.AtMostOnce;
        var retain = false;
        var source = MessageSource.Live;
        DateTimeOffset receivedAt = default;
        DateTimeOffset? expiresAt = null;
        IReadOnlyList<UserProperty> userProperties = [];
        for (var remaining = reader.ReadMapHeader(); remaining > 0; remaining--)
        {
            switch (reader.ReadString())
            {
                case "brokerKey": brokerKey = reader.ReadString(); break;
                case "topic": topic = reader.ReadString(); break;
                case "message": payload = ReadPayload(ref reader); break;
                case "qos": qos = (QualityOfService)reader.ReadByte(); break;
                case "retain": retain = reader.ReadBoolean(); break;
                case "receivedAt": receivedAt = Timestamp.Parse(reader.ReadString()); break;
                case "cursor": cursor = reader.ReadString(); break;
                case "source": source = EnvelopeNames.ParseSource(reader.ReadString()); break;
                case "contentType": contentType = reader.ReadString(); break;
                case "userProperties": userProperties = ReadUserProperties(ref reader); break;
                case "responseTopic": responseTopic = reader.ReadString(); break;
                case "correlationData": correlationData = reader.ReadBytes()?.ToArray(); break;
                case "expiresAt": expiresAt = Timestamp.Parse(reader.ReadString()); break;
                default: reader.Skip(); break;
            }
        }

        reader.Depth--;
        return new BridgeMessage
        {
            BrokerKey = brokerKey ?? "",
            Topic = topic ?? "",
            Payload = payload,
            QualityOfService = qos,
            Retain = retain,
            ReceivedAt = receivedAt,
            Cursor = cursor,
            Source = source,
            ContentType = contentType,
            UserProperties = userProperties,
            ResponseTopic = responseTopic,
            CorrelationData = correlationData is null ? default(ReadOnlyMemory<byte>?) : correlationData,
            ExpiresAt = expiresAt,
        };
    }

    private static byte[] ReadPayload(ref MessagePackReader reader) => reader.NextMessagePackType == MessagePackType.Binary
        ? reader.ReadBytes()?.ToArray() ?? []
        : reader.ReadStringSequence()?.ToArray() ?? [];

    private static UserProperty[] ReadUserProperties(ref MessagePackReader reader)
    {
        var properties = new UserProperty[reader.ReadArrayHeader()];
        for (var i = 0; i < properties.Length; i++)
        {
            if (reader.ReadArrayHeader() != 2)
                throw new MessagePackSerializationException("A user property is a pair.");

            properties[i] = new UserProperty(reader.ReadString() ?? "", reader.ReadString() ?? "");
        }

        return properties;
    }
}
