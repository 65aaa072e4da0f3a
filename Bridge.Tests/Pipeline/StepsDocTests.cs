using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bridge.Contracts.Steps;
using Bridge.Server;
using Bridge.Server.Pipeline;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Pipeline.Plugins;
using Bridge.Tests.Pipeline.Scripts;
using Bridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline;

/// <summary>What docs/steps.md and the README show of steps, as it stands there.</summary>
public sealed partial class StepsDocTests
{
    [ToolFact(Tool.Mosquitto)]
    public async Task CSharp_OfTheDocument_Runs()
    {
        var shown = await BlockAsync("docs/steps.md", "csharp");
        var source = await File.ReadAllTextAsync(Repository.PathOf("Bridge.Tests", "Pipeline", "CelsiusStep.cs"));
        shown[shown.IndexOf("public sealed", StringComparison.Ordinal)..].Trim().Should().Be(source[source.IndexOf("public sealed", StringComparison.Ordinal)..].Trim());

        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(
            broker, [], services => new BridgeBuilder(services).AddStep<Celsius>(step => { step.Broker = "plant"; step.Topics = ["plant/+/fahrenheit"]; }));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await broker.PublishAsync("plant/1/fahrenheit", "212");

        (await client.WaitForMessageAsync("plant/1/fahrenheit")).GetText().Should().Be("100.0");
    }

    [Fact]
    public async Task Json_OfTheDocument_IsAConfigurationOfTheSample()
    {
        using var plugin = new ExamplePlugin();
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(await BlockAsync("docs/steps.md", "json")));
        var settings = new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable().Where(setting => setting.Value is not null);

        await using var host = await BridgeHost.StartAsync(
            [.. settings, new("Bridge:Brokers:plant:Url", "mqtt://127.0.0.1:1"), new("Bridge:Pipeline:Plugins", plugin.Folder.Path)]);

        host.Services.GetRequiredService<StepPipeline>().Steps.Single().Definition.Step.GetType().FullName.Should().Be("ExampleSteps.LinearScale");
    }

    [Fact]
    public async Task Script_OfTheReadme_DoesWhatItSays()
    {
        using var folder = new TemporaryFolder();
        folder.Write("plant.js", ScriptScene.Patient + await BlockAsync("README.md", "javascript"));
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:Pipeline:Scripts", folder.Path));

        using var published = await PublishAsync(host, "demo/9/temperature", "20");
        using var open = await PublishAsync(host, "demo/valve", "open");
        using var ajar = await PublishAsync(host, "demo/valve", "ajar");

        (published.StatusCode, open.StatusCode, (int)ajar.StatusCode).Should().Be((HttpStatusCode.OK, HttpStatusCode.OK, 422));
        (await ajar.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().Should().Be("a valve is open or closed");
        await Eventually.HoldsAsync(async () => (await host.Client.GetAsync(new Uri("/events?brokerKey=embedded&topic=demo/9/temperature", UriKind.Relative))).IsSuccessStatusCode);
        (await host.Client.GetFromJsonAsync<string>("/events?brokerKey=embedded&topic=demo/9/temperature")).Should().Be("""{"celsius":20,"fahrenheit":68}""");
    }

    [Fact]
    public async Task Scripts_OfTheirGuide_DoWhatTheySay()
    {
        var examples = Block().Matches(await File.ReadAllTextAsync(Repository.PathOf("docs", "steps-javascript.md"))).Select(block => block.Groups[2].Value).ToList();

        examples.Should().HaveCount(2);
        var scene = new ScriptScene { Time = new FakeTimeProvider() };
        var (warmer, perBroker) = (scene.Load(examples[0]), scene.Load(examples[1]));
        (warmer.Options.Broker, warmer.Options.Topics.Single()).Should().Be(("plant", "plant/+/temp"));
        ScriptScene.Call(warmer.Step, ScriptScene.Message("""{"celsius":100}""")).Message!.GetText().Should().Be("212");
        ScriptScene.Call(perBroker.Step).Message!.Topic.Should().Be("eu/plant/1/temp");
        ScriptScene.Call(perBroker.Step, ScriptScene.Message("""{"test":true}""") with { BrokerKey = "cloud" }).Outcome.Should().Be(StepOutcome.Drop);
    }

    private static Task<HttpResponseMessage> PublishAsync(BridgeHost host, string topic, string message) =>
        host.Client.PostAsJsonAsync(new Uri("/publish", UriKind.Relative), new { brokerKey = "embedded", topic, message });

    /// <summary>The first block of a language.</summary>
    private static async Task<string> BlockAsync(string file, string language) =>
        Block().Matches(await File.ReadAllTextAsync(Repository.PathOf(file.Split('/')))).First(block => block.Groups[1].Value == language).Groups[2].Value;

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
