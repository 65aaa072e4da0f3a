using System.Text;
using System.Text.RegularExpressions;

namespace Bridge.Tests.Hostile;

/// <summary>An input of which nobody knows where it ends.</summary>
/// <param name="Request">What begins it.</param>
/// <param name="Rest">
/// What is sent after the answer to that, or when none comes: who sends to a WebSocket before it is one (RFC 6455 §4.1 forbids it) may find
/// the answers in any order.
/// </param>
internal sealed record BrokenInput(byte[] Request, byte[]? Rest = null);

/// <summary>One input on each connection; a proper request follows, which ends the connection where it is understood.</summary>
internal sealed partial class BrokenAssault(Func<BrokenInput> next) : IAssault
{
    /// <summary>What waits for more than comes is ended by its client.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(40);

    private static readonly byte[] Ender = Encoding.ASCII.GetBytes("\r\n\r\nGET /health/live HTTP/1.1\r\nHost: bridge\r\nConnection: close\r\n\r\n");

    public ReadOnlyMemory<byte> Last { get; private set; }

    public async Task<int> RunAsync(int port)
    {
        using var connection = await HostileConnection.OpenAsync(port);
        var (request, rest) = next();
        Last = (byte[])[.. request, .. rest ?? []];
        connection.Send(rest is null ? (byte[])[.. request, .. Ender] : request);
        var arrival = await connection.ReceiveAsync(Patience);
        if (rest is not null && arrival != Arrival.End)
        {
            connection.Send((byte[])[.. rest, .. Ender]);
            arrival = Arrival.More;
        }

        // All that comes is kept until it is checked.
        while (arrival == Arrival.More)
            arrival = await connection.ReceiveAsync(Patience);
        if (arrival == Arrival.Nothing)
        {
            connection.EndSending();
            while (await connection.ReceiveAsync())
            {
                // Ends now, or hangs.
            }
        }

        Check(Encoding.Latin1.GetString(connection.Received), isHttp: rest is null && !request.AsSpan().StartsWith("PRI * HTTP/2.0"u8));
        return 1;
    }

    /// <summary>Where one answer ends and whose it is depends on what the bridge has read: only what begins one is looked at.</summary>
    private static void Check(string answers, bool isHttp)
    {
        if (answers.Length > 0 && isHttp && !Beginning().IsMatch(answers))
            throw new FormatException($"This is no answer: {answers}");
        if (answers.Contains("HTTP/1.1 500", StringComparison.Ordinal))
            throw new InvalidOperationException($"The bridge failed: {answers}");
    }

    [GeneratedRegex(@"^HTTP/1\.1 [1-5]\d\d ")]
    private static partial Regex Beginning();
}
