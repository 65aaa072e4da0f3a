using System.IO.Compression;
using System.Text;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using static Bridge.Tests.Pipeline.Ready.ProtobufBytes;

namespace Bridge.Tests.Pipeline.Ready;

/// <summary>All ready steps in one bridge, with a real broker.</summary>
public sealed class ReadyBridgeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact(Tool.Mosquitto)]
    public async Task Arrivals_ThroughEachStep_AreWhatItMakesOfThem()
    {
        var schema = _folder.Write("schema.json", """{ "type": "object", "required": ["v"], "properties": { "v": { "type": "number" } } }""");
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(broker,
        [
            .. Step(0, "pick", "pick/#", ("PickField:Path", "a.b")),
            .. Step(1, "rename", "old/#", ("Rename:From", "old/+/#"), ("Rename:To", "new/{1}/{2}")),
            .. Step(2, "rate", "rate/#", ("RateLimit:PerSecond", "0.001")),
            .. Step(3, "deadband", "dead/#", ("Deadband:Absolute", "1")),
            .. Step(4, "schema", "schema/#", ("JsonSchema:File", schema)),
            .. Step(5, "base64", "base64/#", ("Decode:Encoding", "base64")),
            .. Step(6, "gzip", "gzip/#", ("Decode:Encoding", "gzip")),
            .. Step(7, "sparkplug", "spBv1.0/#", ("Sparkplug:Prefix", "sp/")),
            .. Step(8, "set", "set/#", ("JsonSchema:File", schema), ("On:0", "publish")),
        ]);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");

        await broker.PublishAsync("pick/1", """{"a":{"b":7.50}}""");
        await broker.PublishAsync("old/1/x/y", "renamed");
        await broker.PublishAsync("rate/1", "first");
        await broker.PublishAsync("rate/1", "second");
        await broker.PublishAsync("dead/1", "10");
        await broker.PublishAsync("dead/1", "10.5");
        await broker.PublishAsync("dead/1", "12");
        await broker.PublishAsync("schema/1", """{"v":"no number"}""");
        await broker.PublishAsync("schema/1", """{"v":1}""");
        await broker.PublishAsync("base64/1", Convert.ToBase64String(Encoding.UTF8.GetBytes("decoded")));
        await broker.PublishAsync("gzip/1", Zip("unpacked"));
        await broker.PublishAsync("spBv1.0/g/NDATA/e", Bytes(2, Text(1, "temp"), Varint(4, 3), Varint(10, 21)));
        await client.WaitForMessageAsync("sp/g/e/temp");

        client.Messages.Items.Select(message => $"{message.Topic} {message.GetText()}").Should().Equal(
            "pick/1 7.50", "new/1/x/y renamed", "rate/1 first", "dead/1 10", "dead/1 12", """schema/1 {"v":1}""", "base64/1 decoded", "gzip/1 unpacked", "sp/g/e/temp 21");
        var wrong = () => client.PublishAsync(LinkHost.Key, "set/1", "{}");
        (await wrong.Should().ThrowAsync<Microsoft.AspNetCore.SignalR.HubException>()).WithMessage("*step_rejected*");
        (await client.PublishAsync(LinkHost.Key, "set/1", """{"v":1}""")).Topic.Should().Be("set/1");
    }

    private static IEnumerable<(string Key, string? Value)> Step(int number, string name, string topics, params (string Key, string Value)[] settings) =>
    [
        ($"Steps:{number}:Name", name), ($"Steps:{number}:Topics:0", topics), ($"Steps:{number}:TimeoutMilliseconds", "10000"), .. settings.Select(setting => ($"Steps:{number}:{setting.Key}", (string?)setting.Value)),
    ];

    private static byte[] Zip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
