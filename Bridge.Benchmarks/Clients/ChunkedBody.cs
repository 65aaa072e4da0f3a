namespace Bridge.Benchmarks.Clients;

/// <summary>The chunks of an HTTP/1.1 response that does not end (RFC 9112 §7.1), as far as a load generator needs them.</summary>
internal sealed class ChunkedBody : IFraming
{
    private long _remaining;
    private int _size;
    private bool _isInExtension;

    public ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        while (_remaining == 0 && !rest.IsEmpty)
        {
            ReadSize(rest[0]);
            rest = rest[1..];
        }

        var piece = rest[..(int)Math.Min(_remaining, rest.Length)];
        rest = rest[piece.Length..];
        _remaining -= piece.Length;
        return piece;
    }

    /// <summary>Takes one byte of the line before a chunk. The empty line behind the chunk before it reads as a size of 0, and so as nothing.</summary>
    private void ReadSize(byte next)
    {
        switch ((char)next)
        {
            case '\n':
                (_remaining, _size, _isInExtension) = (_size, 0, false);
                break;
            case ';':
                _isInExtension = true;
                break;
            case var digit when !_isInExtension && char.IsAsciiHexDigit(digit):
                _size = (_size * 16) + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
                break;
        }
    }
}
