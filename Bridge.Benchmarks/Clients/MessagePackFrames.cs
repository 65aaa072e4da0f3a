using System.Buffers;
using MessagePack;

namespace Bridge.Benchmarks.Clients;

/// <summary>The few records of SignalR's MessagePack protocol that a subscriber sends.</summary>
internal static class MessagePackFrames
{
    /// <summary>The record <c>[6]</c>, behind its length.</summary>
    public static byte[] Ping { get; } = [2, 0x91, 6];

    public static byte[] Subscribe(string brokerKey, string filter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(6);
        writer.Write(1);
        writer.WriteMapHeader(0);
        writer.Write("1");
        writer.Write("Subscribe");
        writer.WriteArrayHeader(1);
        writer.WriteMapHeader(3);
        writer.Write("brokerKey");
        writer.Write(brokerKey);
        writer.Write("topic");
        writer.Write(filter);
        writer.Write("snapshot");
        writer.Write(false);
        writer.WriteArrayHeader(0);
        writer.Flush();
        // A length of less than 128 is one byte.
        return [checked((byte)buffer.WrittenCount), .. buffer.WrittenSpan];
    }
}
