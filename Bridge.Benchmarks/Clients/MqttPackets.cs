using System.Buffers.Binary;
using System.Text;

namespace Bridge.Benchmarks.Clients;

/// <summary>The few packets of MQTT 3.1.1 that the load tool sends.</summary>
internal static class MqttPackets
{
    /// <summary>CONNECT with a clean session, no keep-alive, and a client id that the broker makes up.</summary>
    public static byte[] Connect { get; } = [0x10, 12, 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, 0];

    public static byte[] Ping { get; } = [0xC0, 0];

    /// <summary>SUBSCRIBE with packet id 1 and QoS 0.</summary>
    public static byte[] Subscribe(string filter)
    {
        var text = Encoding.UTF8.GetBytes(filter);
        return [0x82, checked((byte)(5 + text.Length)), 0, 1, 0, (byte)text.Length, .. text, 0];
    }

    /// <summary>Writes a PUBLISH of QoS 0, all but its payload; with that it may have 16,383 bytes.</summary>
    /// <returns>How many bytes that took.</returns>
    public static int WritePublishHeader(Span<byte> packet, ReadOnlySpan<byte> topic, int payloadLength)
    {
        var length = 2 + topic.Length + payloadLength;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 16_383);
        var at = 0;
        packet[at++] = 0x30;
        if (length > 127)
            packet[at++] = (byte)(length | 0x80);
        packet[at++] = (byte)(length > 127 ? length >> 7 : length);
        BinaryPrimitives.WriteUInt16BigEndian(packet[at..], (ushort)topic.Length);
        topic.CopyTo(packet[(at + 2)..]);
        return at + 2 + topic.Length;
    }
}
