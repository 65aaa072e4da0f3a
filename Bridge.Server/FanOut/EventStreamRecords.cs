using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Contracts.Wire;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// Server-sent events (HTML standard §9.2.5). Each message is an event of its own, with its cursor as id, so that a reader goes on right
/// behind the last one that it got.
/// </summary>
internal static class EventStreamRecords
{
    public static byte[] EncodeMessages(in BatchHeader header, ReadOnlySpan<SequencedMessage> messages)
    {
        var buffer = RecordBuffer.Take();
        if (header.Skipped > 0)
            buffer.Write(Encoding.UTF8.GetBytes($"event: skipped\ndata: {{\"skipped\":{header.Skipped}}}\n\n"));
        WriteMessages(buffer, header, messages);
        if (header.SnapshotComplete)
            buffer.Write(Encoding.UTF8.GetBytes($"id: {header.Cursor}\nevent: snapshot-complete\ndata: {{\"cursor\":\"{header.Cursor}\"}}\n\n"));
        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] EncodeState(BrokerStateChange change) =>
        [.. "event: state\ndata: "u8, .. JsonSerializer.SerializeToUtf8Bytes(change, JsonHubRecords.SerializerOptions), .. "\n\n"u8];

    private static void WriteMessages(ArrayBufferWriter<byte> buffer, in BatchHeader header, ReadOnlySpan<SequencedMessage> messages)
    {
        // All cursors of a batch are of one epoch.
        var epoch = Encoding.UTF8.GetBytes(header.Cursor[..(header.Cursor.IndexOf('.', StringComparison.Ordinal) + 1)]);
        using var writer = new Utf8JsonWriter(buffer, StringifyEncoder.WriterOptions);
        foreach (ref readonly var message in messages)
        {
            buffer.Write("id: "u8);
            buffer.Write(epoch);
            WritePosition(buffer, message.Position);
            buffer.Write("\nevent: message\ndata: "u8);
            BridgeMessageJsonConverter.Write(writer, message.Message, EnvelopeMembers.BrokerAndCursor | EnvelopeMembers.Usual);
            writer.Flush();
            writer.Reset();
            buffer.Write("\n\n"u8);
        }
    }

    private static void WritePosition(ArrayBufferWriter<byte> buffer, long position)
    {
        Utf8Formatter.TryFormat(position, buffer.GetSpan(20), out var length);
        buffer.Advance(length);
    }
}
