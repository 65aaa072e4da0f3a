using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>Requests that are none, or whose end nobody can tell: each is the last of its connection.</summary>
internal sealed class BrokenInputs(Random random)
{
    private static readonly string[] RequestLines =
    [
        "GET / HTTP/1.0", "GET / HTTP/2.0", "GET / HTTP/9.9", "GET / HTTP/1.", "GET / http/1.1", "GET /", "GET", "", " GET / HTTP/1.1", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET\t/\tHTTP/1.1", "/ HTTP/1.1",
        "GET http://bridge/events?topic=a HTTP/1.1", "GET http://bridge:99999/ HTTP/1.1", "GET http://[::1/ HTTP/1.1", "GET ftp://a HTTP/1.1", "GET a HTTP/1.1", "GET * HTTP/1.1", "OPTIONS * HTTP/1.1", "CONNECT bridge:80 HTTP/1.1", "CONNECT / HTTP/1.1",
        "PRI * HTTP/2.0", "G\0T / HTTP/1.1", "GET /\0 HTTP/1.1", "GET /%00 HTTP/1.1", "GET /a b HTTP/1.1", "GET /\u00ff HTTP/1.1", "\u00ff / HTTP/1.1", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003", "GET /events?topic=\u00ff HTTP/1.1",
        $"GET /{new string('a', 300_000)} HTTP/1.1", $"{new string('A', 10_000)} / HTTP/1.1", $"GET /events?{string.Concat(Enumerable.Repeat("a&", 50_000))} HTTP/1.1", "POST /publish HTTP/1.1", "POST /request HTTP/1.1", "POST /hub/negotiate HTTP/1.1",
        "POST /publish?brokerKey=plant&topic=hostile/3 HTTP/1.1", "HEAD /events?brokerKey=plant&topic=quiet/1 HTTP/1.1",
    ];

    private static readonly string[] HeaderLines =
    [
        "Host: ", "Host: bridge", "Host: a:b:c", "Host: \u00ff", "Content-Length: 0", "Content-Length: 5", "Content-Length: -1", "Content-Length: +5", "Content-Length: 5, 5", "Content-Length: 0x5", "Content-Length: 99999999999999999999",
        "Content-Length: 9223372036854775807", "Content-Length: 2000000", "Content-Length: ", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity", "Transfer-Encoding: \u000bchunked", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding : chunked", " folded: line", "\tfolded", "NoColon", ":", "A:", "\0: a", "A: \r b", "A\u00ff: b", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__", "Upgrade: websocket", "Expect: 100-continue", "TE: trailers",
        "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded", $"A: {new string('x', 40_000)}", string.Join("\r\n", Enumerable.Range(0, 150).Select(i => $"A{i}: b")), $"{new string('n', 5_000)}: a",
    ];

    private static readonly string[] Bodies =
    [
        "", "12345", "{}", "5\r\n12345\r\n0\r\n\r\n", "5;a=b\r\n12345\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n", "-1\r\n1\r\n", "0x5\r\n12345\r\n", "5\n12345\n0\n\n", "5\r\n123456\r\n", "5 \r\n12345\r\n0\r\n\r\n", "00000000000000000000005\r\n12345\r\n0\r\n\r\n",
        "7FFFFFFF\r\n1", "80000000\r\n1", "0\r\nA: b\r\nB: c\r\n\r\n", "0\r\nA\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n", $"0\r\nA: {new string('x', 40_000)}\r\n\r\n", $"5;{new string('x', 20_000)}\r\n12345\r\n0\r\n\r\n", "1\r\n{\r\n1\r\n}\r\n0\r\n", "\r\n", ";\r\n", "g\r\n",
    ];

    private readonly Mutator _mutator = new(random);

    private readonly HttpInputs[] _valid =
        [.. new[] { HttpCorpus.Events, HttpCorpus.Publish, HttpCorpus.Request, HttpCorpus.Others, HttpCorpus.Negotiate, HttpCorpus.Stream }.Select(corpus => new HttpInputs(corpus, random))];

    public BrokenInput Next() => new(random.Next(10) switch
    {
        < 5 => _mutator.Mutate(random.Pick(_valid).Next().Bytes, random.Pick(_valid).Next().Bytes),
        < 9 => Encoding.Latin1.GetBytes(Composed()),
        _ => random.Bytes(random.Next(1, 400)),
    });

    private string Composed()
    {
        var lines = new List<string> { random.Pick(RequestLines), "Host: bridge" };
        for (var rest = random.Next(4); rest > 0; rest--)
            lines.Insert(random.Next(1, lines.Count + 1), random.Pick(HeaderLines));
        return $"{string.Join("\r\n", lines)}\r\n\r\n{random.Pick(Bodies)}";
    }
}
