using System.Buffers.Text;

namespace Bridge.Benchmarks.Clients;

/// <summary>Reads HTTP/1.1 answers, as far as a load generator needs it.</summary>
internal static class HttpAnswer
{
    public static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;

        var head = answer[..end];
        var body = answer[(end + 4)..];
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0)
            return head.IndexOf("Transfer-Encoding: chunked"u8) < 0 || body.EndsWith("0\r\n\r\n"u8);

        return Utf8Parser.TryParse(head[(at + "Content-Length: "u8.Length)..], out int length, out _) && body.Length >= length;
    }

    public static bool IsSuccess(ReadOnlySpan<byte> answer) => answer.StartsWith("HTTP/1.1 2"u8);

    /// <summary>Whether it tells that there is nothing new.</summary>
    public static bool IsUnchanged(ReadOnlySpan<byte> answer) => answer.StartsWith("HTTP/1.1 304"u8);

    /// <summary>Finds a header's value; empty where it is not there.</summary>
    /// <param name="answer">An answer, the body of which does not contain the name.</param>
    /// <param name="name">The name, with what stands before the value.</param>
    public static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> name)
    {
        var at = answer.IndexOf(name);
        if (at < 0)
            return default;

        var value = answer[(at + name.Length)..];
        return value[..value.IndexOf((byte)'\r')];
    }
}
