namespace Bridge.Tests.Pipeline.Ready;

/// <summary>Protocol Buffers by hand: fields as they are on the wire.</summary>
internal static class ProtobufBytes
{
    public static byte[] Varint(int field, ulong value) => [.. Raw((ulong)field << 3), .. Raw(value)];

    public static byte[] Fixed32(int field, float value) => [.. Raw(((ulong)field << 3) | 5), .. BitConverter.GetBytes(value)];

    public static byte[] Fixed64(int field, double value) => [.. Raw(((ulong)field << 3) | 1), .. BitConverter.GetBytes(value)];

    /// <summary>Bytes, or a message: fields one after the other.</summary>
    public static byte[] Bytes(int field, params byte[][] parts) =>
        [.. Raw(((ulong)field << 3) | 2), .. Raw((ulong)parts.Sum(part => part.Length)), .. parts.SelectMany(part => part)];

    public static byte[] Text(int field, string text) => Bytes(field, ReadyStepOf.Utf8(text));

    private static IEnumerable<byte> Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }
}
