using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>What is sent on a hub connection after the handshake, in frames.</summary>
internal interface IHubInputs
{
    string Protocol { get; }

    /// <summary>Something that the connection may survive; null where there is no such thing.</summary>
    byte[]? NextSurvivable();

    /// <summary>Something that may end the connection, or take what follows for a part of itself.</summary>
    byte[] NextBroken();

    /// <summary>An invocation that is answered as soon as all before it was read.</summary>
    byte[] Marker(string id);
}

/// <summary>The JSON protocol.</summary>
internal sealed class JsonHubInputs(Random random) : IHubInputs
{
    private static readonly HostileOperation[] Operations =
        [HostileOperation.Publish, HostileOperation.Subscribe, HostileOperation.Unsubscribe, HostileOperation.GetLast, HostileOperation.GetLast, HostileOperation.Request];

    private static readonly byte[][] Records =
    [
        .. new[]
        {
            "{\"type\":6}", "{\"type\":5,\"invocationId\":\"1\"}", "{\"type\":2,\"invocationId\":\"1\",\"item\":1}", "{\"type\":3,\"invocationId\":\"1\",\"result\":{}}", "{\"type\":3,\"invocationId\":\"1\",\"error\":\"a\"}",
            "{\"type\":4,\"invocationId\":\"1\",\"target\":\"GetBrokers\",\"arguments\":[]}", "{\"type\":7}", "{\"type\":7,\"error\":\"a\",\"allowReconnect\":true}", "{\"type\":8,\"sequenceId\":1}", "{\"type\":9,\"sequenceId\":-1}", "{\"type\":99}", "{\"type\":-1}",
            "{\"type\":\"1\"}", "{}", "[]", "1", "null", "", " ", "{\"type\":1,\"target\":\"OnConnectedAsync\",\"arguments\":[]}", "{\"type\":1,\"target\":\"Dispose\",\"arguments\":[],\"streamIds\":[\"1\"]}", "{\"type\":1e999}", "{\"type\":2147483648}",
            "{\"arguments\":[{}],\"type\":1,\"target\":\"Publish\"}", "{\"type\":1,\"target\":null,\"arguments\":[{}]}", "{\"type\":1,\"target\":\"Publish\",\"arguments\":{}}", "{\"type\":1,\"target\":\"Publish\"}", "{\"type\":1,\"target\":\"Publish\",\"arguments\":[{}],\"arguments\":[]}",
            "{\"type\":1,\"headers\":{\"a\":1},\"target\":\"GetBrokers\",\"arguments\":[]}", "{\"type\":1,\"invocationId\":null,\"target\":\"GetBrokers\",\"arguments\":[]}", "{\"type\":1,\"invocationId\":1,\"target\":\"GetBrokers\",\"arguments\":[]}",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private readonly Mutator _mutator = new(random);

    public string Protocol => "json";

    public byte[] NextSurvivable() => HubFrames.Message(random, End(Invocation(hugePercent: 0)), textPercent: 80);

    public byte[] NextBroken()
    {
        var record = random.Percent(25) ? random.Pick(Records) : Invocation(hugePercent: 30);
        if (random.Percent(80))
            record = _mutator.Mutate(record, random.Pick(Records));
        return HubFrames.Message(random, random.Percent(95) ? End(record) : record, textPercent: 80);
    }

    public byte[] Marker(string id) =>
        HubFrames.Text(Encoding.UTF8.GetBytes($"{{\"type\":1,\"invocationId\":\"{id}\",\"target\":\"GetBrokers\",\"arguments\":[]}}\u001e"));

    private byte[] Invocation(int hugePercent)
    {
        var operation = random.Pick(Operations);
        var arguments = random.Next(100) switch
        {
            < 94 => Members.ToJson(operation.Draw(random, hugePercent)),
            < 96 => "",
            < 98 => "{},{}",
            _ => random.Pick(HostileValue.Odd).Json,
        };
        var id = random.Percent(80) ? $"\"invocationId\":\"{random.Next(20)}\"," : "";
        return Encoding.UTF8.GetBytes($"{{\"type\":1,{id}\"target\":\"{operation.Name}\",\"arguments\":[{arguments}]}}");
    }

    private static byte[] End(byte[] record) => [.. record, 0x1E];
}
