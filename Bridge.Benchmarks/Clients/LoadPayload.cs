using System.Diagnostics;

namespace Bridge.Benchmarks.Clients;

/// <summary>
/// What is published: a mark, a sequence number and the time of publishing, as digits of fixed width, so that they stand in JSON,
/// MessagePack and MQTT alike and are found without parsing any of them; then filler.
/// </summary>
internal static class LoadPayload
{
    public const int RecordLength = 4 + SequenceDigits + TimeDigits;
    public const int UsualLength = 64;

    private const int SequenceDigits = 10;
    private const int TimeDigits = 16;

    /// <summary>Stands nowhere else in what servers send.</summary>
    public static byte[] Mark { get; } = "@~@~"u8.ToArray();

    /// <summary>A clock that never goes back.</summary>
    public static long Microseconds => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);

    public static void Write(Span<byte> payload, long sequence, long microseconds)
    {
        Mark.CopyTo(payload);
        WriteDigits(payload.Slice(Mark.Length, SequenceDigits), sequence);
        WriteDigits(payload.Slice(Mark.Length + SequenceDigits, TimeDigits), microseconds);
        payload[RecordLength..].Fill((byte)'.');
    }

    public static long ReadSequence(ReadOnlySpan<byte> record) => ReadDigits(record.Slice(Mark.Length, SequenceDigits));

    public static long ReadTime(ReadOnlySpan<byte> record) => ReadDigits(record.Slice(Mark.Length + SequenceDigits, TimeDigits));

    private static void WriteDigits(Span<byte> digits, long value)
    {
        for (var i = digits.Length - 1; i >= 0; i--, value /= 10)
            digits[i] = (byte)('0' + (value % 10));
    }

    private static long ReadDigits(ReadOnlySpan<byte> digits)
    {
        var value = 0L;
        foreach (var digit in digits)
            value = (value * 10) + (digit - '0');
        return value;
    }
}
