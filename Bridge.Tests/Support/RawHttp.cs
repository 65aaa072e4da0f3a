using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.Tests.Support;

/// <summary>How a <see cref="RawHttp"/> client leaves its connection when it has sent all.</summary>
internal enum RawEnd
{
    /// <summary>It waits for the answer.</summary>
    Waits,

    /// <summary>It sends no more, and waits for the answer (a TCP FIN).</summary>
    HalfCloses,

    /// <summary>It goes without waiting.</summary>
    Closes,
}

/// <summary>An HTTP/1.1 client that sends any bytes, whatever a proper one would not.</summary>
internal static class RawHttp
{
    /// <summary>Sends on a connection of its own, and reads until the server closes it: the request asks for that.</summary>
    /// <returns>The answer; null where there was none.</returns>
    public static async Task<RawResponse?> SendAsync(string url, IEnumerable<ReadOnlyMemory<byte>> parts, RawEnd end = RawEnd.Waits)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var address = new Uri(url);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port, patience.Token);
        foreach (var part in parts)
            await SendAllAsync(socket, part, patience.Token);
        if (end == RawEnd.Closes)
            return null;
        if (end == RawEnd.HalfCloses)
            socket.Shutdown(SocketShutdown.Send);
        return RawResponse.TryParse(await ReadToEndAsync(socket, patience.Token));
    }

    /// <summary>The head of a <c>POST</c>, whose connection ends with it.</summary>
    public static ReadOnlyMemory<byte> Post(string target, params IEnumerable<string> headers) => Encoding.Latin1.GetBytes(
        string.Join("\r\n", [$"POST {target} HTTP/1.1", "Host: bridge", "Connection: close", .. headers, "", ""]));

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[65_536];
        using var received = new MemoryStream();
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
                received.Write(buffer, 0, count);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // That is an end too.
        }

        return received.ToArray();
    }
}

/// <param name="Head">The status line and the headers.</param>
/// <param name="Body">The body's text, without the framing of chunks.</param>
internal sealed record RawResponse(int Status, string Head, string Body)
{
    public static RawResponse? TryParse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return null;

        var (head, body) = (text[..end], text[(end + 4)..]);
        var isChunked = head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
        return new(int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), head, isChunked ? Unchunk(body) : body);
    }

    /// <summary>Of ASCII text, in which a character is a byte.</summary>
    private static string Unchunk(string body)
    {
        var text = new StringBuilder();
        for (var position = 0; ;)
        {
            var line = body.IndexOf("\r\n", position, StringComparison.Ordinal);
            var size = line < 0 ? 0 : int.Parse(body.AsSpan(position, line - position), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                return text.ToString();
            text.Append(body, line + 2, size);
            position = line + 2 + size + 2;
        }
    }
}
