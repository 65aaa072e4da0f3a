using System.Buffers.Binary;

namespace Bridge.Server.Hubs;

/// <summary>The head of a WebSocket frame from a server, which is not masked (RFC 6455 §5.2).</summary>
internal static class FrameHeader
{
    /// <summary>The most bytes that one takes.</summary>
    public const int Longest = 10;

    private const byte Final = 0x80;
    private const byte OpcodeMask = 0x0F;
    private const byte Text = 0x1;
    private const byte Binary = 0x2;
    private const byte Close = 0x8;

    /// <summary>Whether the frame is the last of its message.</summary>
    public static bool IsFinal(ReadOnlySpan<byte> frame) => (frame[0] & Final) != 0;

    /// <summary>Whether it is no part of a message: a ping, a pong or the end. These may stand within a message (§5.5).</summary>
    public static bool IsControl(ReadOnlySpan<byte> frame) => (frame[0] & OpcodeMask) >= Close;

    public static bool IsClose(ReadOnlySpan<byte> frame) => (frame[0] & OpcodeMask) == Close;

    /// <summary>Writes the head of a message of one frame.</summary>
    /// <returns>How long it is.</returns>
    public static int Write(Span<byte> frame, int length, bool isText)
    {
        frame[0] = (byte)(Final | (isText ? Text : Binary));
        switch (length)
        {
            case <= 125:
                frame[1] = (byte)length;
                return 2;
            case <= ushort.MaxValue:
                frame[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)length);
                return 4;
            default:
                frame[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(frame[2..], (ulong)length);
                return Longest;
        }
    }
}
