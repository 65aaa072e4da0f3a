namespace Bridge.Tests.Hostile;

/// <summary>What can be asked of the bridge, through whichever door: its members with values that are valid.</summary>
/// <param name="Name">The hub's method.</param>
/// <param name="Required">Its members.</param>
/// <param name="Optional">Those that may be left out.</param>
internal sealed record HostileOperation(string Name, (string Name, string Value)[] Required, (string Name, string Value)[] Optional)
{
    private static readonly (string, string)[] Message =
    [
        ("brokerKey", HostileScene.BrokerKey), ("topic", "hostile/1"), ("message", "21.5"),
    ];

    public static HostileOperation Publish { get; } = new("Publish", Message,
    [
        ("qos", "=0"), ("qos", "=1"), ("qos", "=2"), ("retain", "=false"), ("contentType", "text/plain"), ("responseTopic", "hostile/2"), ("correlationData", "AAEC"),
        ("expirySeconds", "=60"), ("idempotencyKey", "key-1"), ("userProperties", "=[[\"unit\",\"C\"]]"), ("ignored", "1"),
    ]);

    /// <summary>Nobody replies: what does not fail at once fails soon.</summary>
    public static HostileOperation Request { get; } = new("Request",
        [("brokerKey", HostileScene.BrokerKey), ("topic", "nobody/1"), ("message", "21.5"), ("timeoutSeconds", "=0.1")],
        [("qos", "=1"), ("contentType", "text/plain"), ("expirySeconds", "=60"), ("userProperties", "=[[\"unit\",\"C\"]]"), ("format", "raw")]);

    public static HostileOperation Subscribe { get; } = new("Subscribe",
        [("brokerKey", HostileScene.BrokerKey), ("topic", "quiet/#")],
        [("mode", "all"), ("mode", "latest"), ("maxRate", "=5"), ("snapshot", "=false"), ("resumeFrom", "0a1b2c3d.42")]);

    public static HostileOperation Unsubscribe { get; } = new("Unsubscribe", [("subscription", "s1")], []);

    public static HostileOperation GetLast { get; } = new("GetLast",
        [("brokerKey", HostileScene.BrokerKey), ("topic", "quiet/1")],
        [("topic", "quiet/#"), ("since", "0a1b2c3d.42"), ("page", "0a1b2c3d.42"), ("limit", "=3"), ("maxAge", "=60")]);

    /// <summary>The members of one of these, each of which may be odd, absent, twice or of another name.</summary>
    /// <param name="random">Draws.</param>
    /// <param name="hugePercent">Of odd values, so many are huge.</param>
    public List<(string Name, HostileValue Value)> Draw(Random random, int hugePercent)
    {
        var members = new List<(string Name, HostileValue Value)>();
        foreach (var (name, value) in Required)
        {
            if (!random.Percent(2))
                members.Add((name, ValueOf(value)));
        }

        foreach (var (name, value) in Optional)
        {
            if (random.Percent(15))
                members.Add((name, ValueOf(value)));
        }

        for (var rest = members.Count > 0 ? random.Next(3) : 0; rest > 0; rest--)
        {
            var at = random.Next(members.Count);
            var odd = random.Pick(random.Percent(hugePercent) ? HostileValue.Huge : HostileValue.Odd);
            // How long an answer may take is not for chance to say.
            if (members[at].Name is not ("timeoutSeconds" or "wait"))
                members[at] = random.Percent(90) ? (members[at].Name, odd) : (OddNames[random.Next(OddNames.Length)], members[at].Value);
        }

        return members;
    }

    private static readonly string[] OddNames = ["", "brokerKey", "topic", "message", "messageBase64", "BrokerKey", "__proto__", "\0", "é", new('n', 3_000), "format", "key"];

    /// <summary>Text, or what follows the sign as it is.</summary>
    private static HostileValue ValueOf(string value) =>
        value.StartsWith('=') ? Literals.GetValueOrDefault(value) ?? HostileValue.Number(value[1..]) : HostileValue.Text(value);

    private static readonly Dictionary<string, HostileValue> Literals = new()
    {
        ["=true"] = new("true", "true", [0xC3]),
        ["=false"] = new("false", "false", [0xC2]),
        ["=[[\"unit\",\"C\"]]"] = new("[[\"unit\",\"C\"]]", "%5B%5B%22unit%22%2C%22C%22%5D%5D", [0x91, 0x92, 0xA4, 0x75, 0x6E, 0x69, 0x74, 0xA1, 0x43]),
    };
}
