using System.Buffers;
using Bridge.Contracts;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Server.Persistence;

/// <summary>A message in the file: its envelope in MessagePack, as hub clients get it, so that members may be added without a new format.</summary>
internal static class MessageBlob
{
    public static byte[] Encode(BridgeMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(message.Payload.Length + 256);
        var writer = new MessagePackWriter(buffer);
        BridgeMessageFormatter.Write(ref writer, message, EnvelopeMembers.InBatch);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static BridgeMessage Decode(byte[] blob, string brokerKey) =>
        MessagePackSerializer.Deserialize<BridgeMessage>(blob) with { BrokerKey = brokerKey };
}
