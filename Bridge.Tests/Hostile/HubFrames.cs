using System.Buffers.Binary;
using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>What a client of the hub sends (RFC 6455). The mask is zero: it changes nothing.</summary>
internal static class HubFrames
{
    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private const byte TextMessage = 1;
    private const byte BinaryMessage = 2;

    private static readonly byte[] UpgradeRequest = Encoding.ASCII.GetBytes(
        "GET /hub HTTP/1.1\r\nHost: bridge\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

    public static byte[] Upgrade() => UpgradeRequest;

    public static byte[] Handshake(string protocol) => Text(Encoding.UTF8.GetBytes($"{{\"protocol\":\"{protocol}\",\"version\":1}}\u001e"));

    public static byte[] Text(byte[] message) => Of(Final | TextMessage, message);

    public static byte[] Binary(byte[] message) => Of(Final | BinaryMessage, message);

    /// <summary>A message, whole or in pieces, of the one kind or the other: SignalR takes both.</summary>
    public static byte[] Message(Random random, byte[] message, int textPercent)
    {
        var kind = random.Percent(textPercent) ? TextMessage : BinaryMessage;
        if (message.Length < 2 || !random.Percent(5))
            return Of(Final | kind, message);

        var at = random.Next(1, message.Length);
        return [.. Of(kind, message[..at]), .. Of(Final, message[at..])];
    }

    public static byte[] Of(int first, byte[] payload)
    {
        byte[] length = payload.Length switch
        {
            < 126 => [(byte)(Masked | payload.Length)],
            <= ushort.MaxValue => [Masked | 126, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => [Masked | 127, 0, 0, 0, 0, .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(payload.Length))],
        };
        return [(byte)first, .. length, 0, 0, 0, 0, .. payload];
    }
}
