using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Decompresses what others sent, and so no more than a bound of it.</summary>
internal static class Decompression
{
    private const int FirstBytes = 16_384;

    /// <returns>The content; null when it has more than <paramref name="most"/> bytes.</returns>
    /// <exception cref="FormatException">It is malformed, or has no end.</exception>
    public static byte[]? Read(ReadOnlyMemory<byte> compressed, PayloadEncoding encoding, int most)
    {
        try
        {
            using var source = new Source(MemoryMarshal.TryGetArray(compressed, out var bytes) ? bytes : compressed.ToArray());
            using var stream = Open(source, encoding);
            var content = Read(stream, most);
            // The framework takes what was cut off for the whole.
            var isWhole = encoding == PayloadEncoding.Gzip ? EndsAsGzip(compressed.Span, content) : !source.WasExhausted;
            return content is null || isWhole ? content : throw new FormatException("It has no end.");
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or IOException)
        {
            throw new FormatException("It is malformed.", exception);
        }
    }

    private static Stream Open(Stream source, PayloadEncoding encoding) => encoding switch
    {
        PayloadEncoding.Gzip => new GZipStream(source, CompressionMode.Decompress),
        PayloadEncoding.Zlib => new ZLibStream(source, CompressionMode.Decompress),
        PayloadEncoding.Deflate => new DeflateStream(source, CompressionMode.Decompress),
        _ => new BrotliStream(source, CompressionMode.Decompress),
    };

    /// <summary>Whether it ends with the length of its content (RFC 1952 §2.3.1).</summary>
    private static bool EndsAsGzip(ReadOnlySpan<byte> compressed, byte[]? content) =>
        compressed.Length >= 18 && BinaryPrimitives.ReadUInt32LittleEndian(compressed[^4..]) == content?.Length;

    private static byte[]? Read(Stream stream, int most)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
        try
        {
            var length = 0;
            while (stream.Read(buffer.AsSpan(length)) is > 0 and var count)
            {
                length += count;
                if (length > most)
                    return null;
                if (length == buffer.Length)
                    buffer = Grow(buffer);
            }

            return buffer[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <summary>Bytes that know whether more was asked for than they are: then the compressed data had not come to its end.</summary>
    private sealed class Source(ArraySegment<byte> bytes) : MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
    {
        public bool WasExhausted { get; private set; }

        public override int Read(byte[] buffer, int offset, int count) => Noted(base.Read(buffer, offset, count));

        public override int Read(Span<byte> buffer) => Noted(base.Read(buffer));

        private int Noted(int count)
        {
            WasExhausted |= count == 0;
            return count;
        }
    }
}
