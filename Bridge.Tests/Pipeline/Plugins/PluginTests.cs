using System.Runtime.Loader;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using Bridge.Server.Pipeline;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Pipeline.Plugins;

public sealed class PluginTests : IDisposable
{
    private readonly ExamplePlugin _plugin = new();

    public void Dispose() => _plugin.Dispose();

    [ToolFact(Tool.Mosquitto)]
    public async Task Start_SampleIsConfigured_RunsInAContextOfItsOwn()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(broker,
        [
            _plugin.Setting,
            ("Steps:0:Name", "fahrenheit"), ("Steps:0:Topics:0", "t/#"), ("Steps:0:Class", "ExampleSteps.LinearScale"),
            ("Steps:0:Settings:factor", "1.8"), ("Steps:0:Settings:offset", "32"),
        ]);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await using var subscription = await broker.SubscribeAsync("t/set");

        await broker.PublishAsync("t/1", "100");
        await broker.PublishAsync("t/2", "hot");
        await client.PublishAsync(LinkHost.Key, "t/set", "212");

        (await client.WaitForMessageAsync("t/1")).GetText().Should().Be("212");
        (await subscription.WaitForMessageAsync()).Text.Should().Be("100");
        await Eventually.HoldsAsync(async () => (await host.StepAsync("fahrenheit")).Calls["rejected"] == 1);
        var info = await host.StepAsync("fahrenheit");
        (info.Kind, info.Calls["rejected"], info.LastProblem!.Text).Should().Be(("plugin", 1, "it is no number"));
        info.On.Should().Equal("message", "publish");
        var step = host.Services.GetRequiredService<StepPipeline>().Steps.Single().Definition.Step;
        var context = AssemblyLoadContext.GetLoadContext(step.GetType().Assembly)!;
        context.Should().NotBeSameAs(AssemblyLoadContext.Default);
        context.Assemblies.Should().NotContain(assembly => assembly.GetName().Name == "Bridge.Contracts", "it has the bridge's own");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Arrivals_StepReadsAFile_WaitsAndKeepsTheOrder()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var names = _plugin.Folder.Write("names.txt", "t/1=boiler\n");
        await using var host = await StepHost.StartAsync(broker,
            [_plugin.Setting, ("Steps:0:Name", "names"), ("Steps:0:TimeoutMilliseconds", "5000"), ("Steps:0:Class", "ExampleSteps.DeviceNames"), ("Steps:0:Settings:file", names)]);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "t/#");

        for (var i = 0; i < 20; i++)
            await broker.PublishAsync("t/1", $"{i}");
        await client.Messages.WaitForAsync(message => message.GetText() == "19");

        client.Messages.Items.Select(message => message.GetText()).Should().Equal(Enumerable.Range(0, 20).Select(i => $"{i}"));
        client.Messages.Items.Should().OnlyContain(message => message.UserProperties.Single().Value == "boiler");
    }

    [Theory]
    [InlineData("ExampleSteps.LinearScale", "factor", "0", "Bridge:Pipeline:Steps:0: Settings:factor: '0' cannot be used")]
    [InlineData("ExampleSteps.Nothing", null, null, "Bridge:Pipeline:Steps:0: Class: there is no plugin with the class ExampleSteps.Nothing; there are: ExampleSteps.DeviceNames, ExampleSteps.LinearScale")]
    public async Task Start_ClassCannotBeUsed_TellsWhy(string type, string? setting, string? value, string expected)
    {
        List<(string, string?)> settings =
        [
            ("Bridge:Brokers:plant:Url", "mqtt://127.0.0.1:1"), ("Bridge:Pipeline:Plugins", _plugin.Folder.Path),
            ("Bridge:Pipeline:Steps:0:Name", "a"), ("Bridge:Pipeline:Steps:0:Class", type),
        ];
        if (setting is not null)
            settings.Add(($"Bridge:Pipeline:Steps:0:Settings:{setting}", value));

        var start = () => BridgeHost.StartAsync([.. settings]);

        (await start.Should().ThrowAsync<BridgeConfigurationException>()).Which.Errors.Should().ContainSingle().Which.Should().Be(expected);
    }

    [Fact]
    public async Task Start_FoldersAreNoPlugins_TellsEach()
    {
        Directory.CreateDirectory(_plugin.Folder.File("Empty"));
        Directory.CreateDirectory(_plugin.Folder.File("Broken"));
        await File.WriteAllTextAsync(_plugin.Folder.File("Broken/Broken.dll"), "no assembly");
        Directory.CreateDirectory(_plugin.Folder.File("Other"));
        File.Copy(typeof(MessageStep).Assembly.Location, _plugin.Folder.File("Other/Other.dll"));

        var start = () => BridgeHost.StartAsync(("Bridge:Brokers:plant:Url", "mqtt://127.0.0.1:1"), ("Bridge:Pipeline:Plugins", _plugin.Folder.Path));

        (await start.Should().ThrowAsync<BridgeConfigurationException>()).Which.Errors.Should().SatisfyRespectively(
            broken => broken.Should().StartWith("Bridge:Pipeline:Plugins: ").And.Contain("Broken"),
            empty => empty.Should().Contain("there is no Empty.dll in it"),
            other => other.Should().Contain("Other"));
    }
}
