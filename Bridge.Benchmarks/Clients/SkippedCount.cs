using System.Buffers.Binary;

namespace Bridge.Benchmarks.Clients;

/// <summary>Reads how many messages the bridge says it left out.</summary>
internal static class SkippedCount
{
    /// <summary>Room for the number, behind its name: nine digits in JSON, an integer in MessagePack.</summary>
    public const int ValueLength = 11;

    /// <summary>The name in a batch.</summary>
    public static byte[] InBatch { get; } = "skipped"u8.ToArray();

    /// <summary>The name in a stream of events, in which the event itself is called so too.</summary>
    public static byte[] InEvent { get; } = "{\"skipped"u8.ToArray();

    /// <param name="value">What stands behind the name.</param>
    public static long Read(ReadOnlySpan<byte> value) => value[0] == '"' ? ReadJson(value[2..]) : ReadMessagePack(value);

    private static long ReadJson(ReadOnlySpan<byte> text)
    {
        var value = 0L;
        for (var i = 0; i < text.Length && char.IsAsciiDigit((char)text[i]); i++)
            value = (value * 10) + (text[i] - '0');
        return value;
    }

    private static long ReadMessagePack(ReadOnlySpan<byte> bytes) => bytes[0] switch
    {
        0xCC => bytes[1],
        0xCD => BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]),
        0xCE => BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]),
        0xCF => BinaryPrimitives.ReadInt64BigEndian(bytes[1..]),
        var small => small,
    };
}
