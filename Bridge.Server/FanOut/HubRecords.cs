using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bridge.Contracts;
using Bridge.Contracts.Wire;
using Bridge.Server.Messages;
using MessagePack;

namespace Bridge.Server.FanOut;

/// <summary>What a batch says beside its messages.</summary>
/// <param name="Subscription">The feed's id.</param>
/// <param name="BrokerKey">The broker.</param>
/// <param name="Cursor">The position that the batch reaches.</param>
/// <param name="Skipped">How many messages were left out before it.</param>
/// <param name="Snapshot">Whether it is part of a snapshot.</param>
/// <param name="SnapshotComplete">Whether it is the last part of one.</param>
internal readonly record struct BatchHeader(
    string Subscription,
    string BrokerKey,
    string Cursor,
    long Skipped = 0,
    bool Snapshot = false,
    bool SnapshotComplete = false);

/// <summary>
/// Encodes invocations of client methods as SignalR's protocols frame them (aspnetcore: docs/specs/HubProtocol.md), straight from
/// the messages: no object stands between a payload and its bytes on the wire.
/// </summary>
internal static class HubRecords
{
    private const byte RecordSeparator = 0x1E;

    /// <summary>The most bytes of a MessagePack record's length prefix.</summary>
    private const int LongestPrefix = 5;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // The text goes to clients as data, never into a page: only what JSON itself needs is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly JsonSerializerOptions SerializerOptions = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    public static byte[] EncodeMessages(WireFormat format, in BatchHeader header, ReadOnlySpan<SequencedMessage> messages)
    {
        var buffer = TakeBuffer();
        if (format == WireFormat.Json)
        {
            using var writer = BeginJson(buffer, ClientMethods.Messages);
            WriteBatch(writer, header, messages);
            return EndJson(writer, buffer);
        }

        BeginMessagePack(buffer);
        var packer = new MessagePackWriter(buffer);
        WriteInvocation(ref packer, ClientMethods.Messages);
        WriteBatch(ref packer, header, messages);
        return EndMessagePack(ref packer, buffer);
    }

    public static byte[] EncodeState(WireFormat format, BrokerStateChange change)
    {
        var buffer = TakeBuffer();
        if (format == WireFormat.Json)
        {
            using var writer = BeginJson(buffer, ClientMethods.BrokerState);
            JsonSerializer.Serialize(writer, change, SerializerOptions);
            return EndJson(writer, buffer);
        }

        BeginMessagePack(buffer);
        var packer = new MessagePackWriter(buffer);
        WriteInvocation(ref packer, ClientMethods.BrokerState);
        MessagePackSerializer.Serialize(ref packer, change);
        return EndMessagePack(ref packer, buffer);
    }

    private static ArrayBufferWriter<byte> TakeBuffer()
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(65_536);
        // A huge batch must not keep its buffer for ever.
        if (buffer.Capacity > 4_194_304)
            buffer = _buffer = new ArrayBufferWriter<byte>(65_536);
        buffer.ResetWrittenCount();
        return buffer;
    }

    private static Utf8JsonWriter BeginJson(ArrayBufferWriter<byte> buffer, string target)
    {
        var writer = new Utf8JsonWriter(buffer, WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("type"u8, 1);
        writer.WriteString("target"u8, target);
        writer.WriteStartArray("arguments"u8);
        return writer;
    }

    private static byte[] EndJson(Utf8JsonWriter writer, ArrayBufferWriter<byte> buffer)
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
        writer.WriteStartArray("messages"u8);
        foreach (ref readonly var message in messages)
            BridgeMessageJsonConverter.Write(writer, message.Message, EnvelopeMembers.InBatch);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void BeginMessagePack(ArrayBufferWriter<byte> buffer)
    {
        buffer.GetSpan(LongestPrefix);
        buffer.Advance(LongestPrefix);
    }

    /// <summary><c>[1, Headers, InvocationId, Target, [Argument], [StreamIds]]</c>, up to the argument.</summary>
    private static void WriteInvocation(ref MessagePackWriter packer, string target)
    {
        packer.WriteArrayHeader(6);
        packer.Write(1);
        packer.WriteMapHeader(0);
        packer.WriteNil();
        packer.Write(target);
        packer.WriteArrayHeader(1);
    }

    private static byte[] EndMessagePack(ref MessagePackWriter packer, ArrayBufferWriter<byte> buffer)
    {
        packer.WriteArrayHeader(0);
        packer.Flush();

        // The prefix is a variable-length integer, seven bits a byte, the lowest first; it ends where the record begins.
        Span<byte> prefix = stackalloc byte[LongestPrefix];
        var length = 0;
        var rest = (uint)(buffer.WrittenCount - LongestPrefix);
        do
        {
            prefix[length++] = (byte)((rest & 0x7F) | (rest > 0x7F ? 0x80u : 0));
            rest >>= 7;
        }
        while (rest > 0);

        var record = new byte[length + buffer.WrittenCount - LongestPrefix];
        prefix[..length].CopyTo(record);
        buffer.WrittenSpan[LongestPrefix..].CopyTo(record.AsSpan(length));
        return record;
    }

    private static void WriteBatch(ref MessagePackWriter packer, in BatchHeader header, ReadOnlySpan<SequencedMessage> messages)
    {
        packer.WriteMapHeader(4 + (header.Skipped > 0 ? 1 : 0) + (header.Snapshot ? 1 : 0) + (header.SnapshotComplete ? 1 : 0));
        packer.WriteString("subscription"u8);
        packer.Write(header.Subscription);
        packer.WriteString("brokerKey"u8);
        packer.Write(header.BrokerKey);
        packer.WriteString("cursor"u8);
        packer.Write(header.Cursor);
        if (header.Skipped > 0)
        {
            packer.WriteString("skipped"u8);
            packer.Write(header.Skipped);
        }

        if (header.Snapshot)
        {
            packer.WriteString("snapshot"u8);
            packer.Write(true);
        }

        if (header.SnapshotComplete)
        {
            packer.WriteString("snapshotComplete"u8);
            packer.Write(true);
        }

        packer.WriteString("messages"u8);
        packer.WriteArrayHeader(messages.Length);
        foreach (ref readonly var message in messages)
            BridgeMessageFormatter.Write(ref packer, message.Message, EnvelopeMembers.InBatch);
    }
}
