using System.Buffers.Binary;
using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>Reads what the hub sends, frame by frame, strictly (RFC 6455 §5.2).</summary>
internal static class HubAnswers
{
    private const int Close = 8;

    /// <summary>Reads until a frame holds these bytes.</summary>
    /// <returns><see cref="Arrival.More"/> when it came; <see cref="Arrival.End"/> when the hub ended the connection before, or is about to.</returns>
    public static async Task<Arrival> ReadUntilAsync(HostileConnection connection, byte[] marker, TimeSpan patience)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            while (TryTake(connection, marker) is { } found)
            {
                if (found != Arrival.Nothing)
                    return found;
            }

            var arrival = await connection.ReceiveAsync(patience);
            if (arrival != Arrival.More)
                return arrival;
            // What it is subscribed to may go on for ever, and the marker be part of what was sent before it.
            if (TimeProvider.System.GetElapsedTime(began) > Longest(patience))
                return Arrival.Nothing;
        }
    }

    private static TimeSpan Longest(TimeSpan patience) => patience < HostileConnection.MostPatience / 10 ? 10 * patience : HostileConnection.MostPatience;

    /// <returns>Null where no whole frame is there; <see cref="Arrival.Nothing"/> for one that is something else.</returns>
    private static Arrival? TryTake(HostileConnection connection, byte[] marker)
    {
        var bytes = connection.Received;
        if (bytes.Length < 2 || bytes.Length < HeaderLength(bytes))
            return null;
        var kind = bytes[0] & 0x0F;
        if ((bytes[0] & 0x70) != 0 || bytes[1] >= 0x80 || kind is not (0 or 1 or 2 or Close or 9 or 10))
            throw new FormatException($"This is no frame of a server: {Convert.ToHexString(bytes[..Math.Min(100, bytes.Length)])}");
        var header = HeaderLength(bytes);
        var length = bytes[1] switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            127 => checked((int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..])),
            var small => small,
        };
        if (bytes.Length < header + length)
            return null;

        var payload = bytes.Slice(header, length);
        if (payload.IndexOf("internal_error"u8) >= 0)
            throw new InvalidOperationException($"The bridge failed: {Encoding.UTF8.GetString(payload)}");
        var isMarked = marker.Length > 0 && payload.IndexOf(marker) >= 0;
        connection.Take(header + length);
        return kind == Close ? Arrival.End : isMarked ? Arrival.More : Arrival.Nothing;
    }

    private static int HeaderLength(ReadOnlySpan<byte> bytes) => bytes[1] switch { 126 => 4, 127 => 10, _ => 2 };
}
