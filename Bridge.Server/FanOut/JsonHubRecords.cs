using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bridge.Contracts;
using Bridge.Contracts.Wire;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>Records of SignalR's JSON protocol: an object, and a separator behind it.</summary>
internal static class JsonHubRecords
{
    private const byte RecordSeparator = 0x1E;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // The text goes to clients as data, never into a page: only what JSON itself needs is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>For records that are not written by hand.</summary>
    public static JsonSerializerOptions SerializerOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static byte[] EncodeMessages(in BatchHeader header, ReadOnlySpan<SequencedMessage> messages)
    {
        var buffer = RecordBuffer.Take();
        using var writer = Begin(buffer, ClientMethods.Messages);
        WriteBatch(writer, header, messages);
        return End(writer, buffer);
    }

    public static byte[] EncodeState(BrokerStateChange change)
    {
        var buffer = RecordBuffer.Take();
        using var writer = Begin(buffer, ClientMethods.BrokerState);
        JsonSerializer.Serialize(writer, change, SerializerOptions);
        return End(writer, buffer);
    }

    private static Utf8JsonWriter Begin(ArrayBufferWriter<byte> buffer, string target)
    {
        var writer = new Utf8JsonWriter(buffer, WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("type"u8, 1);
        writer.WriteString("target"u8, target);
        writer.WriteStartArray("arguments"u8);
        return writer;
    }

    private static byte[] End(Utf8JsonWriter writer, ArrayBufferWriter<byte> buffer)
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        buffer.Write([RecordSeparator]);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteBatch(Utf8JsonWriter writer, in BatchHeader header, ReadOnlySpan<SequencedMessage> messages)
    {
        writer.WriteStartObject();
        writer.WriteString("subscription"u8, header.Subscription);
        writer.WriteString("brokerKey"u8, header.BrokerKey);
        writer.WriteString("cursor"u8, header.Cursor);
        if (header.Skipped > 0)
            writer.WriteNumber("skipped"u8, header.Skipped);
        if (header.Snapshot)
            writer.WriteBoolean("snapshot"u8, true);
        if (header.SnapshotComplete)
            writer.WriteBoolean("snapshotComplete"u8, true);
        if (header.Gap)
            writer.WriteBoolean("gap"u8, true);
        writer.WriteStartArray("messages"u8);
        foreach (ref readonly var message in messages)
            BridgeMessageJsonConverter.Write(writer, message.Message, EnvelopeMembers.InBatch);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
