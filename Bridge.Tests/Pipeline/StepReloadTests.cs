using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline;

/// <summary>Steps that come, change and go while messages flow.</summary>
public sealed class StepReloadTests
{
    private static readonly (string, string?)[] Deadband = [("Steps:0:Name", "quiet"), ("Steps:0:Topics:0", "d/#"), ("Steps:0:Deadband:Absolute", "5")];

    [ToolFact(Tool.Mosquitto)]
    public async Task Settings_AStepComesAndGoes_TheOthersGoOnWithWhatTheyKnow()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(broker, Deadband);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await broker.PublishAsync("d/1", "100");
        await client.WaitForMessageAsync("d/1");

        await host.ChangeSettingsAsync(StepHost.SettingsOf(broker, [.. Deadband, ("Steps:1:Name", "pick"), ("Steps:1:Topics:0", "p/#"), ("Steps:1:PickField:Path", "v")]));
        // Not far enough from 100, which the first step knows only if it is still the same.
        await broker.PublishAsync("d/1", "102");
        await broker.PublishAsync("p/1", """{"v":7}""");
        (await client.WaitForMessageAsync("p/1")).GetText().Should().Be("7");
        await host.ChangeSettingsAsync(StepHost.SettingsOf(broker, [("Steps:0:Name", "pick"), ("Steps:0:Topics:0", "p/#"), ("Steps:0:PickField:Path", "v")]));
        await broker.PublishAsync("d/1", "103");
        await client.Messages.WaitForAsync(message => message.GetText() == "103");

        client.Messages.Items.Where(message => message.Topic == "d/1").Select(message => message.GetText()).Should().Equal("100", "103");
        (await host.StepsAsync()).Steps.Select(step => step.Name).Should().Equal("pick");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Settings_WrongStep_IsRefusedAndTheOldOnesStay()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(broker, Deadband);
        host.AllowErrors(BridgeHost.IsRefusedChange);

        await host.ChangeSettingsAsync(StepHost.SettingsOf(broker, [.. Deadband, ("Steps:1:Name", "quiet"), ("Steps:1:PickField:Path", "v")]));
        await host.ChangeSettingsAsync(StepHost.SettingsOf(broker, [("Steps:0:Name", "x"), ("Steps:0:PickField:Path", "v"), ("Steps:0:ShadowOf", "gone")]));

        host.Logs.Entries.Items.Where(BridgeHost.IsRefusedChange).Select(entry => entry.Message).Should().SatisfyRespectively(
            first => first.Should().Contain("there are 2 steps of this name"),
            second => second.Should().Contain("there is no step 'gone' that it could be a shadow of"));
        (await host.StepsAsync()).Steps.Select(step => step.Name).Should().Equal("quiet");
    }

    [Fact]
    public async Task Start_WrongSteps_TellsEachMistake()
    {
        var start = () => BridgeHost.StartAsync(
            ("Bridge:Brokers:plant:Url", "mqtt://127.0.0.1:1"),
            ("Bridge:Pipeline:Steps:0:Name", "a"), ("Bridge:Pipeline:Steps:0:Broker", "nowhere"), ("Bridge:Pipeline:Steps:0:PickField:Path", "v"),
            ("Bridge:Pipeline:Steps:1:Name", "b"), ("Bridge:Pipeline:Steps:1:ShadowOf", "a"), ("Bridge:Pipeline:Steps:1:PickField:Path", "v"),
            ("Bridge:Pipeline:Steps:2:Name", "c"), ("Bridge:Pipeline:Steps:2:ShadowOf", "a"), ("Bridge:Pipeline:Steps:2:PickField:Path", "v"));

        (await start.Should().ThrowAsync<BridgeConfigurationException>()).Which.Errors.Should().Equal(
            "Step 'a': there is no broker 'nowhere'", "Step 'c': step 'a' has a shadow already, b");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Shadow_OfAStep_IsComparedAndChangesNothing()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(broker,
        [
            ("Steps:0:Name", "pick"), ("Steps:0:Topics:0", "p/#"), ("Steps:0:PickField:Path", "old"),
            ("Steps:1:Name", "pick-2"), ("Steps:1:ShadowOf", "pick"), ("Steps:1:PickField:Path", "new"),
        ]);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");

        await broker.PublishAsync("p/same", """{"old":1,"new":1}""");
        await broker.PublishAsync("p/different", """{"old":1,"new":2}""");
        await broker.PublishAsync("p/missing", """{"old":1}""");
        await broker.PublishAsync("else", """{"old":1,"new":2}""");

        await Eventually.HoldsAsync(async () => (await host.StepAsync("pick")).Shadow!.Compared == 3);
        // What no step wants may come before the others.
        await Eventually.HoldsAsync(() => client.Messages.Items.Count == 4);
        client.Messages.Items.Where(message => message.Topic != "else").Select(message => message.GetText()).Should().Equal("1", "1", "1");
        var shadow = (await host.StepAsync("pick")).Shadow!;
        (shadow.Different, shadow.Skipped, shadow.Step.Name).Should().Be((2, 0, "pick-2"));
        shadow.Differences.Select(difference => (difference.Topic, difference.Expected)).Should().Equal(
            ("p/different", "plant, p/different: 1"), ("p/missing", "plant, p/missing: 1"));
        shadow.Differences[0].Actual.Should().Be("plant, p/different: 2");
        shadow.Differences[1].Actual.Should().StartWith("rejected: ");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Shadow_ABrokerGoesAndComesBack_GoesOn()
    {
        (string, string?)[] settings = [.. Deadband, ("Steps:1:Name", "quiet-2"), ("Steps:1:ShadowOf", "quiet"), ("Steps:1:Deadband:Absolute", "7")];
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(broker, settings);
        await broker.PublishAsync("d/1", "100");
        await Eventually.HoldsAsync(async () => (await host.StepAsync("quiet")).Shadow!.Compared == 1);

        await host.ChangeSettingsAsync(StepHost.SettingsOf(broker, settings).Where(setting => !setting.Key.StartsWith($"Bridge:Brokers:{LinkHost.Key}:", StringComparison.Ordinal)));
        await host.ChangeSettingsAsync(StepHost.SettingsOf(broker, settings));
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await broker.PublishAsync("d/1", "106");

        await Eventually.HoldsAsync(async () => (await host.StepAsync("quiet")).Shadow is { Compared: 2, Different: 1 });
    }
}
