using System.Net.Http.Json;
using System.Text.Json;
using Bridge.Tests.Benchmarks;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline.Scripts;

/// <summary>What a script does that does its worst, in a bridge with a real broker. Alone, as all that measure memory.</summary>
[Collection(nameof(AllocationCeilingTests))]
public sealed class ScriptHarmTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact(Tool.Mosquitto)]
    public async Task Calls_LoopBombAndException_HarmNobodyElse()
    {
        _folder.Write("bad.js", """
            const step = { topics: ["bad/#", "good"], timeoutMilliseconds: 1000 };
            const kept = [];
            function onMessage(m) {
              switch (m.topic) {
                case "bad/loop": while (true);
                case "bad/bomb": for (;;) kept.push(new Array(10000).fill(m.message));
                case "bad/throw": throw new Error("broken");
              }
              m.message += "!";
            }
            """);
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(broker, [("Scripts", _folder.Path)]);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        string[] topics = ["bad/loop", "bad/bomb", "bad/throw", "good", "else"];
        await host.PublishAsync(Enumerable.Range(0, 10).SelectMany(i => topics.Select(topic => (topic, $"{i}"))));

        await client.Messages.WaitForAsync(message => message is { Topic: "good" } && message.GetText() == "9!");
        await client.Messages.WaitForAsync(message => message is { Topic: "else" } && message.GetText() == "9");
        client.Messages.Items.GroupBy(message => message.Topic).Select(topic => (topic.Key, topic.Count())).Should().BeEquivalentTo([("good", 10), ("else", 10)]);
        var info = await host.StepAsync("bad");
        (info.Calls["failed"], info.Calls["overran"], info.Calls["suspended"], info.SuspendedTopics, info.Stuck).Should().Be((10, 6, 14, 2, 0));
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(100_000_000);
        (await host.Client.GetFromJsonAsync<JsonElement>("/brokers/plant")).GetProperty("state").GetString().Should().Be("connected");
    }
}
