using System.Buffers;
using Bridge.Contracts;
using Bridge.Contracts.Wire;
using Bridge.Server.Messages;
using MessagePack;

namespace Bridge.Server.FanOut;

/// <summary>Records of SignalR's MessagePack protocol: their length, and an array.</summary>
internal static class MessagePackHubRecords
{
    /// <summary>The most bytes that the length takes.</summary>
    private const int LongestPrefix = 5;

    public static byte[] EncodeMessages(in BatchHeader header, ReadOnlySpan<SequencedMessage> messages)
    {
        var buffer = Begin();
        var packer = new MessagePackWriter(buffer);
        WriteInvocation(ref packer, ClientMethods.Messages);
        WriteBatch(ref packer, header, messages);
        return End(ref packer, buffer);
    }

    public static byte[] EncodeState(BrokerStateChange change)
    {
        var buffer = Begin();
        var packer = new MessagePackWriter(buffer);
        WriteInvocation(ref packer, ClientMethods.BrokerState);
        MessagePackSerializer.Serialize(ref packer, change);
        return End(ref packer, buffer);
    }

    /// <summary>Leaves room for the length, which is known at the end.</summary>
    private static ArrayBufferWriter<byte> Begin()
    {
        var buffer = RecordBuffer.Take();
        buffer.GetSpan(LongestPrefix);
        buffer.Advance(LongestPrefix);
        return buffer;
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

    private static byte[] End(ref MessagePackWriter packer, ArrayBufferWriter<byte> buffer)
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
        packer.WriteMapHeader(4 + (header.Skipped > 0 ? 1 : 0) + (header.Snapshot ? 1 : 0) + (header.SnapshotComplete ? 1 : 0) + (header.Gap ? 1 : 0));
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

        if (header.Gap)
        {
            packer.WriteString("gap"u8);
            packer.Write(true);
        }

        packer.WriteString("messages"u8);
        packer.WriteArrayHeader(messages.Length);
        foreach (ref readonly var message in messages)
            BridgeMessageFormatter.Write(ref packer, message.Message, EnvelopeMembers.InBatch);
    }
}
