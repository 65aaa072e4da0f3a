namespace Bridge.Benchmarks.Clients;

/// <summary>Takes a record that was found.</summary>
internal delegate void RecordHandler(ReadOnlySpan<byte> record);

/// <summary>
/// Finds records of a fixed length, which begin with a certain text, in a stream that comes in pieces. It knows nothing of the framing
/// around them, so one scanner serves JSON, MessagePack and MQTT alike, at the speed of a vectorised search.
/// </summary>
internal sealed class RecordScanner(byte[] beginning, int length, RecordHandler found)
{
    private readonly byte[] _seam = new byte[2 * (length - 1)];
    private int _kept;

    /// <summary>Scans the next piece. A record that spans pieces is found once, with the last of them.</summary>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        if (_kept > 0)
        {
            // Too short for a whole record to be in either part of it: what is found here lies across the seam.
            var joined = Math.Min(piece.Length, length - 1);
            piece[..joined].CopyTo(_seam.AsSpan(_kept));
            var seam = _seam.AsSpan(0, _kept + joined);
            Scan(seam);
            if (piece.Length < length - 1)
            {
                Keep(seam);
                return;
            }
        }

        Scan(piece);
        Keep(piece);
    }

    private void Scan(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var at = bytes.IndexOf(beginning);
            if (at < 0 || at + length > bytes.Length)
                return;

            found(bytes.Slice(at, length));
            bytes = bytes[(at + length)..];
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _kept = Math.Min(bytes.Length, length - 1);
        bytes[^_kept..].CopyTo(_seam);
    }
}
