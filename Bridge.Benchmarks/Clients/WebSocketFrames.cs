using System.Buffers.Binary;

namespace Bridge.Benchmarks.Clients;

/// <summary>WebSocket framing (RFC 6455 §5), as far as a load generator needs it.</summary>
internal sealed class WebSocketFrames : IFraming
{
    private const byte FinalText = 0x81;
    private const byte FinalBinary = 0x82;
    private const int ControlBit = 0x08;
    private const byte Masked = 0x80;

    private HeaderBytes _header;
    private int _headerLength;
    private long _remaining;

    /// <inheritdoc/>
    /// <remarks>The payload of control frames is left out.</remarks>
    public ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            if (_remaining == 0 && !ReadHeader(ref rest))
                continue;

            var piece = rest[..(int)Math.Min(_remaining, rest.Length)];
            rest = rest[piece.Length..];
            _remaining -= piece.Length;
            if (!piece.IsEmpty && (_header[0] & ControlBit) == 0)
                return piece;
        }

        return default;
    }

    /// <summary>Makes a frame as clients send it.</summary>
    public static byte[] Write(ReadOnlySpan<byte> payload, bool isBinary)
    {
        var extra = payload.Length < 126 ? 0 : 2;
        var frame = new byte[2 + extra + 4 + payload.Length];
        frame[0] = isBinary ? FinalBinary : FinalText;
        frame[1] = (byte)(Masked | (extra == 0 ? payload.Length : 126));
        if (extra > 0)
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)payload.Length));
        // The masking key is zero: servers cannot tell, and the payload stays as it is.
        payload.CopyTo(frame.AsSpan(2 + extra + 4));
        return frame;
    }

    /// <returns>Whether the header is complete.</returns>
    private bool ReadHeader(ref ReadOnlySpan<byte> rest)
    {
        while (_headerLength < 2 || _headerLength < HeaderSize)
        {
            if (rest.IsEmpty)
                return false;
            _header[_headerLength++] = rest[0];
            rest = rest[1..];
        }

        ReadOnlySpan<byte> header = _header;
        _remaining = header[1] switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
            127 => BinaryPrimitives.ReadInt64BigEndian(header[2..]),
            var length => length,
        };
        _headerLength = 0;
        return true;
    }

    private int HeaderSize => _header[1] switch { 126 => 4, 127 => 10, _ => 2 };

    [System.Runtime.CompilerServices.InlineArray(10)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
