using System.Net.Http.Json;
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
        _folder.Write("all.js", ScriptScene.Patient + """
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
        await client.WaitForMessageAsync("set");
        var locked = () => client.PublishAsync(LinkHost.Key, "locked", "1");

        client.Messages.Items.Where(message => message.Topic != "set").Select(message => $"{message.BrokerKey} {message.Topic} {message.GetText()}").Should().Equal(
            "plant of/other dropped for one, passed for the other", """plant fine/1 {"value":42,"seen":1}""", """plant fine/2 {"value":0.5,"seen":2}""");
        (await subscription.WaitForMessageAsync()).UserProperties.Should().Contain("by:nobody");
        (await locked.Should().ThrowAsync<Microsoft.AspNetCore.SignalR.HubException>()).WithMessage("*step_rejected: the valve is locked");
        (await host.Client.GetFromJsonAsync<string>("/events?brokerKey=plant&topic=set")).Should().Be("1 (read)");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task File_Changes_IsUsedFromThenOnAndABrokenOneIsRefused()
    {
        _folder.Write("v.js", ScriptScene.Patient + "function onMessage(m) { m.message = 'one'; }");
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        host.AllowErrors(entry => entry.Message.Contains("v.js"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await ShouldBecomeAsync("one");
        var version = (await host.StepAsync("v")).Version;

        _folder.Write("v.js", ScriptScene.Patient + "function onMessage(m) { m.message = 'two'; }");
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
        _folder.Write("scale.js", ScriptScene.Patient + "function onMessage(m) { m.message = String(m.message * 2); }");
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");

        _folder.Write("scale.shadow.js", ScriptScene.Patient + "function onMessage(m) { if (m.message > 1) while (true); m.message = String(m.message * 2); }");
        await Eventually.HoldsAsync(async () => (await host.StepsAsync()).Steps.Single().Shadow is not null);
        for (var i = 0; i < 5; i++)
            await broker.PublishAsync($"t/{i}", $"{i}");

        await client.WaitForMessageAsync("t/4");
        client.Messages.Items.Select(message => message.GetText()).Should().Equal("0", "2", "4", "6", "8");
        await Eventually.HoldsAsync(async () => (await host.StepAsync("scale")).Shadow!.Compared == 5);
        var shadow = (await host.StepAsync("scale")).Shadow!;
        (shadow.Different, shadow.Step.Calls["overran"]).Should().Be((3, 3));
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task File_DoesNotFitTheOthers_IsToldAndHoldsUpNothingElse()
    {
        _folder.Write("a.js", ScriptScene.Patient + "function onMessage(m) { m.message += 'a'; }");
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        host.AllowErrors(entry => entry.EventId.Id == 12008);

        _folder.Write("a.js", "const step = { broker: 'nowhere' }; function onMessage(m) { m.message += 'x'; }");
        _folder.Write("typo.shadow.js", "function onMessage(m) {}");
        _folder.Write("b.js", ScriptScene.Patient + "function onMessage(m) { m.message += 'b'; }");
        await Eventually.HoldsAsync(async () => await host.StepsAsync() is { Problems.Count: 2, Steps.Count: 2 });
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await broker.PublishAsync("t", "");
        await broker.PublishAsync("t", "1");
        await host.ChangeSettingsAsync(StepHost.SettingsOf(broker, [("Scripts", _folder.Path), ("Steps:0:Name", "c"), ("Steps:0:Rename:From", "u"), ("Steps:0:Rename:To", "v")]));

        (await client.Messages.WaitForAsync(message => message.GetText().StartsWith('1'))).GetText().Should().Be("1ab");
        var info = await host.StepsAsync();
        info.Steps.Select(step => step.Name).Should().Equal("c", "a", "b");
        info.Problems["a.js"].Should().Contain("there is no broker 'nowhere'");
        info.Problems["typo.shadow.js"].Should().Contain("there is no step 'typo'");
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
