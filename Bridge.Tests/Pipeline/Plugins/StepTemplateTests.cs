using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline.Plugins;

/// <summary>The template of a plugin, as its documentation has it used.</summary>
public sealed class StepTemplateTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact(Tool.Mosquitto)]
    public async Task New_Published_IsAPluginThatRuns()
    {
        await DotnetAsync("new", "install", Repository.PathOf("samples", "step-template"));
        await DotnetAsync("new", "bridge-step", "--name", "MySteps", "--output", _folder.File("source"), "--bridge", AppContext.BaseDirectory.TrimEnd('/'));
        await File.WriteAllTextAsync(_folder.File("source/.editorconfig"), "root = true");
        (await ProcessRun.RunAsync("dotnet", ["publish", _folder.File("source"), "--output", _folder.File("plugins/MySteps")], timeout: Patience)).EnsureSuccess();

        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(
            broker, [("Plugins", _folder.File("plugins")), ("Steps:0:Name", "mine"), ("Steps:0:Class", "MySteps.MyStep")]);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await broker.PublishAsync("t", "  trimmed ");

        (await client.WaitForMessageAsync("t")).GetText().Should().Be("trimmed");
        File.Exists(_folder.File("plugins/MySteps/Bridge.Contracts.dll")).Should().BeFalse();
    }

    /// <summary>With templates of its own, not those of whoever runs this.</summary>
    private async Task DotnetAsync(params string[] arguments) =>
        (await ProcessRun.RunAsync("dotnet", [.. arguments, "--debug:custom-hive", _folder.File("hive")], timeout: Patience)).EnsureSuccess();
}
