using System.Buffers.Binary;
using System.Text;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Arrays, which are packed into bytes, little-endian (Sparkplug 3.0 §6.4.17).</summary>
internal static class SparkplugArrays
{
    // There may be millions.
    private static readonly object True = true;
    private static readonly object False = false;

    private delegate object ItemReader(ReadOnlySpan<byte> bytes);

    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static object?[] Read(ReadOnlySpan<byte> bytes, SparkplugType type) => type switch
    {
        SparkplugType.Int8Array => Read(bytes, 1, static item => (long)(sbyte)item[0]),
        SparkplugType.Int16Array => Read(bytes, 2, static item => (long)BinaryPrimitives.ReadInt16LittleEndian(item)),
        SparkplugType.Int32Array => Read(bytes, 4, static item => (long)BinaryPrimitives.ReadInt32LittleEndian(item)),
        SparkplugType.Int64Array => Read(bytes, 8, static item => BinaryPrimitives.ReadInt64LittleEndian(item)),
        SparkplugType.UInt8Array => Read(bytes, 1, static item => (ulong)item[0]),
        SparkplugType.UInt16Array => Read(bytes, 2, static item => (ulong)BinaryPrimitives.ReadUInt16LittleEndian(item)),
        SparkplugType.UInt32Array => Read(bytes, 4, static item => (ulong)BinaryPrimitives.ReadUInt32LittleEndian(item)),
        SparkplugType.UInt64Array or SparkplugType.DateTimeArray => Read(bytes, 8, static item => BinaryPrimitives.ReadUInt64LittleEndian(item)),
        SparkplugType.FloatArray => Read(bytes, 4, static item => BinaryPrimitives.ReadSingleLittleEndian(item)),
        SparkplugType.DoubleArray => Read(bytes, 8, static item => BinaryPrimitives.ReadDoubleLittleEndian(item)),
        SparkplugType.BooleanArray => ReadBooleans(bytes),
        _ => ReadStrings(bytes),
    };

    private static object?[] Read(ReadOnlySpan<byte> bytes, int size, ItemReader read)
    {
        if (bytes.Length % size != 0)
            throw new InvalidDataException("an array of it has half an item");

        var items = new object?[bytes.Length / size];
        for (var i = 0; i < items.Length; i++)
            items[i] = read(bytes.Slice(i * size, size));
        return items;
    }

    /// <summary>Their number, then a bit for each, the highest first.</summary>
    private static object?[] ReadBooleans(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(bytes) is var count && (count + 7L) / 8 != bytes.Length - 4)
            throw new InvalidDataException("an array of it has not as many bits as it says");

        var items = new object?[count];
        for (var i = 0; i < items.Length; i++)
            items[i] = (bytes[4 + (i / 8)] & (0x80 >> (i % 8))) != 0 ? True : False;
        return items;
    }

    /// <summary>Each ends with a NUL.</summary>
    private static object?[] ReadStrings(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty && bytes[^1] != 0)
            throw new InvalidDataException("a text in an array of it has no end");

        var items = new object?[bytes.Count((byte)0)];
        for (var i = 0; i < items.Length; i++)
        {
            var end = bytes.IndexOf((byte)0);
            items[i] = Encoding.UTF8.GetString(bytes[..end]);
            bytes = bytes[(end + 1)..];
        }

        return items;
    }
}
