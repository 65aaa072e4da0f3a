using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>Makes bytes of a valid input that are nearly valid: the paths that nobody tries begin behind what is checked first.</summary>
internal sealed class Mutator(Random random)
{
    private const int Longest = 100_000;

    /// <summary>What parsers stumble over.</summary>
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "\0", "\r\n", "\r\n\r\n", "\n", "\r", "%", "%00", "%zz", "\u001e", "{", "}", "[", "]", "\"", "\\", "\\u0000", "\\ud800", "null", "true", ",", ":", "//",
            "-1", "0", "00", "1e999", "-0", "NaN", "99999999999999999999", "2147483648", "4294967296", "18446744073709551616", "0x7f", "1.5e-320",
            "+", "#", "$share/g/a", "/", "//////", "../", "..%2f", ";", "=", "&", "?", "\t", "\u00ff", "\ufeff", "'", "<script>", "${x}", "%n%s",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xEF, 0xBF, 0xBF],
        // MessagePack: what is never used, and extensions, arrays, maps, texts, bytes of 4 GiB and 2 GiB.
        [0xC1], [0xC9, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0xC7, 0xFF, 0xFF], [0xDD, 0xFF, 0xFF, 0xFF, 0xFF], [0xDF, 0x7F, 0xFF, 0xFF, 0xFF],
        [0xDB, 0xFF, 0xFF, 0xFF, 0xFF], [0xC6, 0x7F, 0xFF, 0xFF, 0xFF], [0xD6, 0xFF, 0, 0, 0, 0], [0xCB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0],
        // The lengths before records: too long, and larger than there are.
        [0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    ];

    /// <summary>Changes it in one to four ways.</summary>
    /// <param name="input">What is valid.</param>
    /// <param name="other">What is spliced into it, now and then.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        for (var rest = random.Next(1, 5); rest > 0; rest--)
            input = MutateOnce(input, other);
        return input;
    }

    private byte[] MutateOnce(byte[] input, byte[] other)
    {
        var (from, to) = Cut(input);
        switch (random.Next(9))
        {
            case 0:
                return Flip(input);
            case 1:
                return input[..from];
            case 2:
                return [.. input[..from], .. input[to..]];
            case 3:
                return Repeat(input, from, to);
            case 4:
                return [.. input[..from], .. random.Pick(Tokens), .. input[from..]];
            case 5:
                return [.. input[..from], .. random.Pick(Tokens), .. input[to..]];
            case 6:
                var (otherFrom, otherTo) = Cut(other);
                return [.. input[..from], .. other[otherFrom..otherTo], .. input[to..]];
            case 7:
                return [.. input[..from], .. random.Bytes(random.Next(1, 16)), .. input[to..]];
            default:
                return EnlargeNumber(input, from);
        }
    }

    private byte[] Flip(byte[] input)
    {
        input = [.. input];
        for (var rest = random.Next(1, 4); rest > 0 && input.Length > 0; rest--)
            input[random.Next(input.Length)] ^= (byte)(1 << random.Next(8));
        return input;
    }

    private byte[] Repeat(byte[] input, int from, int to)
    {
        // Mostly a few times; now and then until it is long.
        var times = random.Percent(5) && to > from ? Math.Min(Longest, 20_000) / (to - from) : random.Next(1, 5);
        return input.Length > Longest
            ? input
            : [.. input[..from], .. Enumerable.Repeat(input[from..to], times).SelectMany(bytes => bytes), .. input[from..]];
    }

    /// <summary>Puts another number in place of the next one: a length, above all.</summary>
    private byte[] EnlargeNumber(byte[] input, int from)
    {
        var start = input.AsSpan(from).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < 0)
            return Flip(input);
        start += from;
        var length = input.AsSpan(start).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var end = length < 0 ? input.Length : start + length;
        string[] numbers = ["0", "-1", "4", "65", "65536", "2147483647", "2147483648", "9223372036854775808", "99999999999999999999", "1e400", "0x10", "007"];
        return [.. input[..start], .. Encoding.ASCII.GetBytes(random.Pick(numbers)), .. input[end..]];
    }

    private (int From, int To) Cut(byte[] input)
    {
        var from = random.Next(input.Length + 1);
        // Mostly a short piece.
        var most = random.Percent(80) ? Math.Min(16, input.Length - from) : input.Length - from;
        return (from, from + random.Next(most + 1));
    }
}
