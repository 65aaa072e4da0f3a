using System.Net.Http.Json;
using System.Text.Json;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline.Scripts;

/// <summary>Scripts in a bridge with a real broker.</summary>
public sealed class ScriptedBridgeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact(Tool.Mosquitto)]
    public async Task OneFile_ForAllBrokersAndWays_DoesWhatItSays()
    {
        _folder.Write("all.js", """
            let seen = 0;
            function onMessage(m) {
              switch (m.brokerKey) {
                case "plant":
                  if (!m.topic.startsWith("raw/")) return;
                  m.topic = m.topic.replace("raw", "fine");
                  m.message = { value: JSON.parse(m.message).v * 2, seen: ++seen };
                  return m;
                case "other":
                  return null;
              }
            }
            function onPublish(m, context) {
              if (m.topic === "locked") reject("the valve is locked");
              m.userProperties = [["by", context.user ?? "nobody"]];
            }
            function onRead(m) {
              m.message = m.message + " (read)";
              return m;
            }
            """);
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await client.SubscribeAsync(StepHost.OtherKey, "#");
        await using var subscription = await broker.SubscribeAsync("set");

        await broker.PublishAsync("of/other", "dropped for one, passed for the other");
        await broker.PublishAsync("raw/1", """{"v":21}""");
        await broker.PublishAsync("raw/2", """{"v":0.25}""");
        await client.WaitForMessageAsync("fine/2");
        await client.PublishAsync(LinkHost.Key, "set", "1");
        var locked = () => client.PublishAsync(LinkHost.Key, "locked", "1");

        client.Messages.Items.Where(message => message.Topic != "set").Select(message => $"{message.BrokerKey} {message.Topic} {message.GetText()}").Should().Equal(
            "plant of/other dropped for one, passed for the other", """plant fine/1 {"value":42,"seen":1}""", """plant fine/2 {"value":0.5,"seen":2}""");
        (await subscription.WaitForMessageAsync()).UserProperties.Should().Contain("by:nobody");
        (await locked.Should().ThrowAsync<Microsoft.AspNetCore.SignalR.HubException>()).WithMessage("*step_rejected: the valve is locked");
        (await host.Client.GetFromJsonAsync<string>("/events?brokerKey=plant&topic=set")).Should().Be("1 (read)");
    }

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
        await using var host = await StartAsync(broker);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 10; i++)
        {
            foreach (var topic in (string[])["bad/loop", "bad/bomb", "bad/throw", "good", "else"])
                await broker.PublishAsync(topic, $"{i}");
        }

        await client.Messages.WaitForAsync(message => message is { Topic: "good" } && message.GetText() == "9!");
        await client.Messages.WaitForAsync(message => message is { Topic: "else" } && message.GetText() == "9");
        client.Messages.Items.GroupBy(message => message.Topic).Select(topic => (topic.Key, topic.Count())).Should().BeEquivalentTo([("good", 10), ("else", 10)]);
        var info = await host.StepAsync("bad");
        (info.Calls["failed"], info.Calls["overran"], info.Calls["suspended"], info.SuspendedTopics, info.Stuck).Should().Be((10, 6, 14, 2, 0));
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(100_000_000);
        (await host.Client.GetFromJsonAsync<JsonElement>("/brokers/plant")).GetProperty("state").GetString().Should().Be("connected");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task File_Changes_IsUsedFromThenOnAndABrokenOneIsRefused()
    {
        _folder.Write("v.js", "function onMessage(m) { m.message = 'one'; }");
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        host.AllowErrors(entry => entry.Message.Contains("v.js"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await ShouldBecomeAsync("one");
        var version = (await host.StepAsync("v")).Version;

        _folder.Write("v.js", "function onMessage(m) { m.message = 'two'; }");
        await Eventually.HoldsAsync(async () => (await host.StepAsync("v")).Version != version);
        await ShouldBecomeAsync("two");
        _folder.Write("v.js", "function onMessage(m) {\n  m.message = ;\n}");
        await host.Logs.Entries.WaitForAsync(entry => entry.Message.Contains("v.js:2:15"));
        (await host.StepsAsync()).Problems.Single().Value.Should().Contain("v.js:2:15");
        await ShouldBecomeAsync("two");
        File.Delete(_folder.File("v.js"));
        await Eventually.HoldsAsync(async () => (await host.StepsAsync()).Steps.Count == 0);
        await ShouldBecomeAsync("0");

        async Task ShouldBecomeAsync(string expected)
        {
            var topic = Guid.NewGuid().ToString("N");
            await broker.PublishAsync(topic, "0");
            (await client.WaitForMessageAsync(topic)).GetText().Should().Be(expected);
        }
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Shadow_ComesWhileMessagesFlow_IsComparedOnly()
    {
        _folder.Write("scale.js", "function onMessage(m) { m.message = String(m.message * 2); }");
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");

        _folder.Write("scale.shadow.js", "function onMessage(m) { if (m.message > 1) while (true); m.message = String(m.message * 2); }");
        await Eventually.HoldsAsync(async () => (await host.StepsAsync()).Steps.Single().Shadow is not null);
        for (var i = 0; i < 5; i++)
            await broker.PublishAsync($"t/{i}", $"{i}");

        await client.WaitForMessageAsync("t/4");
        client.Messages.Items.Select(message => message.GetText()).Should().Equal("0", "2", "4", "6", "8");
        await Eventually.HoldsAsync(async () => (await host.StepAsync("scale")).Shadow!.Compared == 5);
        var shadow = (await host.StepAsync("scale")).Shadow!;
        (shadow.Different, shadow.Step.Calls["overran"]).Should().Be((3, 3));
    }

    [Fact]
    public async Task Start_BrokenFiles_TellsEachWithItsPlace()
    {
        _folder.Write("a.js", "function onMessage(m) {\n  return m;");
        _folder.Write("b.js", "const x = 1;");

        var start = () => BridgeHost.StartAsync(("Bridge:Brokers:plant:Url", "mqtt://127.0.0.1:1"), ("Bridge:Pipeline:Scripts", _folder.Path));

        (await start.Should().ThrowAsync<Bridge.Server.Configuration.BridgeConfigurationException>()).Which.Errors.Should().SatisfyRespectively(
            a => a.Should().Contain("a.js:2:"), b => b.Should().Contain("b.js").And.Contain("onMessage"));
    }

    private Task<BridgeHost> StartAsync(MosquittoBroker broker) => StepHost.StartAsync(broker, [("Scripts", _folder.Path)]);
}
