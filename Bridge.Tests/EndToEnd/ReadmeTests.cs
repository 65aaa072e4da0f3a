using System.Globalization;
using System.Text.RegularExpressions;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>What stands in the README works when pasted: each snippet is run as it is, but for the addresses.</summary>
public sealed partial class ReadmeTests : IAsyncLifetime
{
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("README.md"));
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(2);

    private readonly int _brokerPort = LoopbackPort.Find();
    private BridgeProcess _bridge = null!;

    public async Task InitializeAsync()
    {
        _bridge = await BridgeProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Bridge:EmbeddedBroker:Port"] = _brokerPort.ToString(CultureInfo.InvariantCulture),
        });
        await Eventually.HoldsAsync(
            async () => await ReadAsync("demo/press/state") is not null && await ReadAsync("demo/clock") is not null,
            describe: () => "the demo topics to move");
    }

    public async Task DisposeAsync() => await _bridge.DisposeAsync();

    [ToolFact(Tool.Curl | Tool.Mosquitto)]
    public async Task ShellSnippets_Pasted_Succeed()
    {
        var snippets = Snippets("sh").Where(snippet => snippet.Contains("curl ") || snippet.Contains("mosquitto_pub")).ToList();
        snippets.Should().HaveCountGreaterThanOrEqualTo(5);
        foreach (var snippet in snippets)
        {
            // A snippet that the bridge refuses has to fail.
            var script = $"curl() {{ command curl -sS --fail-with-body --max-time 10 \"$@\"; }}\ncd '{Repository.Root}'\n{snippet}";
            var run = await ProcessRun.RunAsync("bash", ["-euo", "pipefail", "-c", script]);
            run.EnsureSuccess();
        }

        (await ReadAsync("readme")).Should().Be(Readme);
        (await ReadAsync("hello")).Should().Be("world");
    }

    [ToolFact(Tool.Node)]
    public async Task JavaScriptSnippet_Pasted_ReceivesAndPublishes()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder.File("node_modules"), Repository.PathOf("Bridge.Tests", "Node", "node_modules"));
        var script = folder.Write("snippet.mjs", Snippets("js").Should().ContainSingle().Subject);
        await using var node = ChildProcess.Start(Tools.Node, [script]);

        await node.WaitForLineAsync(line => TemperatureLine().IsMatch(line));

        await Eventually.HoldsAsync(async () => await ReadAsync("hello") == """{"from":"JavaScript"}""", describe: () => "its message");
    }

    [Fact]
    public async Task CSharpSnippet_Pasted_ReceivesAndPublishes()
    {
        // In this folder, as the README says: it refers to the SDK beside it.
        var file = Repository.PathOf($"watch-{Guid.NewGuid():N}.cs");
        await File.WriteAllTextAsync(file, Snippets("csharp").Should().ContainSingle().Subject);
        try
        {
            await using var program = ChildProcess.Start("dotnet", ["run", file], workingDirectory: Repository.Root);

            await program.WaitForLineAsync(line => line.StartsWith("The press: {\"running\":", StringComparison.Ordinal), BuildTimeout);
            await program.WaitForLineAsync(line => TemperatureLine().IsMatch(line));
            (await ReadAsync("hello")).Should().Be("from .NET");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex(@"^demo/\w+/temperature (= )?\d+\.\d$")]
    private static partial Regex TemperatureLine();

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    private IEnumerable<string> Snippets(string language) => Fence().Matches(Readme)
        .Where(match => match.Groups["language"].Value == language)
        .Select(match => match.Groups["text"].Value
            .Replace("http://localhost:5000", _bridge.Url, StringComparison.Ordinal)
            .Replace("mosquitto_pub ", $"mosquitto_pub -p {_brokerPort} ", StringComparison.Ordinal));

    private async Task<string?> ReadAsync(string topic)
    {
        using var response = await _bridge.Client.GetAsync($"/events?brokerKey=embedded&topic={topic}&format=raw");
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : null;
    }
}
