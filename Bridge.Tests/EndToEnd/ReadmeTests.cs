using System.Globalization;
using System.Text.RegularExpressions;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>What stands in the README works when pasted: each snippet is run as it is, but for the addresses.</summary>
public sealed partial class ReadmeTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime, IDisposable
{
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("README.md"));
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(2);

    private readonly int _brokerPort = LoopbackPort.Find();
    private readonly TemporaryFolder _folder = new();
    private BridgeProcess _bridge = null!;

    public async Task InitializeAsync()
    {
        _bridge = await BridgeProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Bridge:EmbeddedBroker:Port"] = _brokerPort.ToString(CultureInfo.InvariantCulture),
            ["Bridge:Persistence:Path"] = _folder.File("bridge.db"),
        });
        await Eventually.HoldsAsync(
            async () => await ReadAsync("demo/press/state") is not null && await ReadAsync("demo/clock") is not null,
            describe: () => "the demo topics to move");
    }

    public async Task DisposeAsync() => await _bridge.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [ToolFact(Tool.Curl | Tool.Mosquitto)]
    public async Task ShellSnippets_Pasted_Succeed()
    {
        var snippets = Snippets("sh").Where(snippet => snippet.Contains("curl ") || snippet.Contains("mosquitto_pub")).ToList();
        snippets.Should().HaveCountGreaterThanOrEqualTo(2);
        foreach (var snippet in snippets)
            (await RunAsync(snippet)).EnsureSuccess();
        (await ReadAsync("hello")).Should().Be("world");
    }

    [ToolFact(Tool.Curl)]
    public async Task CurlCommands_OfTheTable_DoWhatTheySay()
    {
        var answers = new Dictionary<string, string>();
        foreach (Match row in TableRow().Matches(Readme))
            answers.Add(row.Groups["what"].Value, await RunCommandAsync(Local(row.Groups["command"].Value)));

        answers.Should().HaveCountGreaterThanOrEqualTo(18);
        answers.Values.Should().NotContain("");
        answers.Single(row => row.Key.Contains("in parts")).Value.Should().Contain("; rel=\"next\"");
        answers.Single(row => row.Key.Contains("since a cursor")).Value.Should().Contain("Bridge-Cursor: ");
        answers.Single(row => row.Key.Contains("several messages")).Value.Should().Contain("\"hello/1\"").And.Contain("\"hello/2\"");
        answers.Single(row => row.Key.Contains("to the disk first")).Value.Should().Contain("\"reason\":\"success\"");
        answers.Single(row => row.Key.Contains("history")).Value.Should().Contain("\"demo/clock\"");
        answers.Single(row => row.Key.Contains("its reply")).Value.Should().Be("\"hello\"");
        (await ReadAsync("readme")).Should().Be(Readme);
        (await ReadAsync("hello")).Should().Be("world");
    }

    [ToolFact(Tool.Chromium)]
    public async Task HtmlSnippet_InAPage_ReadsTheStream()
    {
        var script = Snippets("html").Should().ContainSingle().Subject.Replace("<script>", "").Replace("</script>", "");
        await using var page = await chromium.NewPageAsync();
        var said = new Collected<string>();
        page.Page.Console += (_, message) => said.Add(message.Text);
        // Any page of the bridge's own.
        await page.Page.GotoAsync($"{_bridge.Url}/health/live");

        await page.Page.EvaluateAsync($"() => {{ {script} }}");

        await said.WaitForAsync(text => text.Contains("demo/clock", StringComparison.Ordinal));
    }

    [ToolFact(Tool.Node)]
    public async Task JavaScriptSnippet_Pasted_ReceivesAndPublishes()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder.File("node_modules"), Repository.PathOf("Bridge.Tests", "Node", "node_modules"));
        var script = folder.Write("snippet.mjs", Snippets("js").Should().ContainSingle().Subject);
        await using var node = ChildProcess.Start(Tools.Node, [script]);

        await node.WaitForLineAsync(line => TemperatureLine().IsMatch(line));
        await node.WaitForLineAsync(line => line == "The echo: are you there?");

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
            await program.WaitForLineAsync(line => line == "The echo: are you there?");
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

    [GeneratedRegex(@"^\| (?<what>[^|]+) \| `(?<command>curl [^`]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    private IEnumerable<string> Snippets(string language) => Fence().Matches(Readme)
        .Where(match => match.Groups["language"].Value == language)
        .Select(match => Local(match.Groups["text"].Value));

    private string Local(string text) => text
        .Replace("http://localhost:5000", _bridge.Url, StringComparison.Ordinal)
        .Replace("mosquitto_pub ", $"mosquitto_pub -p {_brokerPort} ", StringComparison.Ordinal);

    /// <summary>A stream has no end: it is read until it has told the last values, and then broken off.</summary>
    private static async Task<string> RunCommandAsync(string command)
    {
        if (!command.Contains("format=stream", StringComparison.Ordinal))
            return (await RunAsync(command)).EnsureSuccess().Text;

        await using var reading = ChildProcess.Start("bash", ["-euc", $"exec {command} -sS"]);
        return await reading.WaitForLineAsync(line => line == "event: snapshot-complete");
    }

    /// <summary>In a folder with nothing but the README; what the bridge refuses has to fail.</summary>
    private static async Task<ProcessRun> RunAsync(string script)
    {
        using var folder = new TemporaryFolder();
        folder.Write("README.md", Readme);
        return await ProcessRun.RunAsync(
            "bash", ["-euo", "pipefail", "-c", $"curl() {{ command curl -sS --fail --max-time 25 \"$@\"; }}\ncd '{folder.Path}'\n{script}"]);
    }

    private async Task<string?> ReadAsync(string topic)
    {
        using var response = await _bridge.Client.GetAsync($"/events?brokerKey=embedded&topic={topic}&format=raw");
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : null;
    }
}
