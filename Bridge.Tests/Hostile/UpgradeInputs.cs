using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>Requests to become a WebSocket, and SignalR's handshake behind them, of which the one or the other is wrong.</summary>
internal sealed class UpgradeInputs(Random random)
{
    private static readonly string[] Lines =
    [
        "Connection: Upgrade", "Connection: close", "Connection: upgrade, upgrade", "Upgrade: websocket", "Upgrade: WebSocket, h2c", "Upgrade: ", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 12", "Sec-WebSocket-Version: \u00ff",
        "Sec-WebSocket-Key: ", "Sec-WebSocket-Key: a", "Sec-WebSocket-Key: \u00ff", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Protocol: \u00ff", "Sec-WebSocket-Extensions: permessage-deflate",
        "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99", "Sec-WebSocket-Extensions: ;;=,", "Origin: http://elsewhere.example", "Origin: http://bridge", "Origin: \u00ff", "Content-Length: 5", "Transfer-Encoding: chunked",
        "Authorization: Bearer a.b.c",
    ];

    private static readonly string[] Handshakes =
    [
        "{}", "{\"protocol\":\"json\"}", "{\"protocol\":\"json\",\"version\":2}", "{\"protocol\":\"xml\",\"version\":1}", "{\"protocol\":null,\"version\":1}", "{\"protocol\":\"json\",\"version\":1e999}", "{\"protocol\":\"json\",\"version\":\"1\"}", "[]", "",
        "{\"protocol\":\"messagepack\",\"version\":1,\"protocol\":\"json\"}", "{\"type\":6}", new string('[', 5_000), $"{{\"protocol\":\"{new string('j', 70_000)}\",\"version\":1}}", "{\"protocol\":\"json\",\"version\":1,\"a\":{\"b\":[]}}",
    ];

    private readonly Mutator _mutator = new(random);

    public BrokenInput Next() => random.Next(3) switch
    {
        0 => new(_mutator.Mutate(HubFrames.Upgrade(), HubFrames.Upgrade()), HubFrames.Handshake("json")),
        1 => new(Composed(), HubFrames.Handshake("json")),
        _ => new(HubFrames.Upgrade(), HubFrames.Text(Handshake())),
    };

    private byte[] Handshake() => random.Percent(50)
        ? Encoding.UTF8.GetBytes(random.Pick(Handshakes) + '\u001e')
        : _mutator.Mutate("{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray(), Encoding.UTF8.GetBytes(random.Pick(Handshakes)));

    private byte[] Composed()
    {
        string[] targets = ["/hub", "/hub", "/hub?id=a", "/hub?id=%00", "/hub/", "/hub?access_token=\u00ff", "/events", "/hub/negotiate", "/hub?id=a&id=b"];
        string[] methods = ["GET", "GET", "GET", "CONNECT", "POST", "HEAD"];
        var lines = new List<string> { "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" };
        for (var rest = random.Next(3); rest > 0; rest--)
            lines[random.Next(lines.Count)] = random.Pick(Lines);
        for (var rest = random.Next(2); rest > 0; rest--)
            lines.Add(random.Pick(Lines));
        return Encoding.Latin1.GetBytes($"{random.Pick(methods)} {random.Pick(targets)} HTTP/1.1\r\nHost: bridge\r\n{string.Join("\r\n", lines)}\r\n\r\n");
    }
}
