using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Bridge.Tests.Hostile;

/// <summary>An answer of HTTP/1.1, read strictly: whatever is not as RFC 9112 has it is a failure.</summary>
/// <param name="Status">The status.</param>
/// <param name="Head">The status line and the headers.</param>
/// <param name="Body">The body, without the framing of chunks; of a stream without end only what came with its head.</param>
internal sealed partial record HttpAnswer(int Status, string Head, byte[] Body)
{
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] EndOfLine = "\r\n"u8.ToArray();

    /// <summary>Nothing comes after it.</summary>
    public bool IsLast => Has("Connection: close") || IsStream;

    public bool IsProblem => Has("Content-Type: application/problem+json");

    private bool IsStream => Has("Content-Type: text/event-stream");

    /// <summary>Reads the next answer.</summary>
    /// <returns>The answer, or null where the connection ended before it.</returns>
    /// <exception cref="FormatException">It is not well-formed, or broken off.</exception>
    public static async ValueTask<HttpAnswer?> ReadAsync(HostileConnection connection, bool isToHead)
    {
        while (true)
        {
            if (await FindAsync(connection, EndOfHead, mayEnd: true) is not { } length)
                return null;

            var head = ParseHead(Encoding.Latin1.GetString(connection.Received[..length]));
            connection.Take(length + EndOfHead.Length);
            if (head.Status is >= 100 and < 200 and not 101)
                continue;
            return isToHead || head.Status is 101 or 204 or 304 ? head : head with { Body = await ReadBodyAsync(connection, head) };
        }
    }

    /// <exception cref="FormatException">It is not well-formed.</exception>
    private static HttpAnswer ParseHead(string text)
    {
        var lines = text.Split("\r\n");
        var status = StatusLine().Match(lines[0]);
        return status.Success && lines[1..].All(line => HeaderLine().IsMatch(line))
            ? new(int.Parse(status.Groups[1].ValueSpan, CultureInfo.InvariantCulture), text, [])
            : throw new FormatException($"This is no head of an answer: {text}");
    }

    private static async ValueTask<byte[]> ReadBodyAsync(HostileConnection connection, HttpAnswer head)
    {
        if (head.Has("Transfer-Encoding: chunked"))
            return head.IsStream ? [] : await ReadChunksAsync(connection);
        if (ContentLength().Match(head.Head) is { Success: true } length)
            return await ReadExactlyAsync(connection, int.Parse(length.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        if (!head.Has("Connection: close"))
            throw new FormatException($"Nobody can tell where this answer ends: {head.Head}");
        while (await connection.ReceiveAsync())
        {
            // All that comes is the body.
        }

        return connection.Received.ToArray();
    }

    private static async ValueTask<byte[]> ReadChunksAsync(HostileConnection connection)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var length = await FindAsync(connection, EndOfLine, mayEnd: false);
            var size = int.Parse(connection.Received[..length!.Value], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            connection.Take(length.Value + EndOfLine.Length);
            var chunk = await ReadExactlyAsync(connection, size + EndOfLine.Length);
            if (!chunk.AsSpan(size).SequenceEqual(EndOfLine))
                throw new FormatException("A chunk is longer than it says.");
            if (size == 0)
                return body.ToArray();
            body.Write(chunk, 0, size);
        }
    }

    private static async ValueTask<byte[]> ReadExactlyAsync(HostileConnection connection, int count)
    {
        while (connection.Received.Length < count)
        {
            if (!await connection.ReceiveAsync())
                throw new FormatException($"The answer ends {count - connection.Received.Length} bytes before its end.");
        }

        var bytes = connection.Received[..count].ToArray();
        connection.Take(count);
        return bytes;
    }

    private static async ValueTask<int?> FindAsync(HostileConnection connection, byte[] what, bool mayEnd)
    {
        while (true)
        {
            var at = connection.Received.IndexOf(what);
            if (at >= 0)
                return at;
            if (!await connection.ReceiveAsync())
                return mayEnd && connection.Received.IsEmpty ? null : throw new FormatException("The answer is broken off.");
        }
    }

    private bool Has(string header) => Head.Contains($"\r\n{header}", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^HTTP/1\.1 ([1-5]\d\d) [ -~]*$")]
    private static partial Regex StatusLine();

    [GeneratedRegex(@"^[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[\t -~\x80-\xFF]*$")]
    private static partial Regex HeaderLine();

    [GeneratedRegex(@"\r\nContent-Length: (\d+)(?:\r\n|$)", RegexOptions.IgnoreCase)]
    private static partial Regex ContentLength();
}
