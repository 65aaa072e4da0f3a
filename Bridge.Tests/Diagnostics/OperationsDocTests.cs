using System.Text.Json;
using System.Text.RegularExpressions;
using Bridge.Server.FanOut;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using YamlDotNet.RepresentationModel;

namespace Bridge.Tests.Diagnostics;

/// <summary>
/// Holds <c>docs/operations.md</c>, the dashboard and the alerts against a running bridge. With UPDATE_DOCS=true it writes the tables anew.
/// </summary>
public sealed partial class OperationsDocTests : IAsyncLifetime, IDisposable
{
    private static readonly string Document = Repository.PathOf("docs", "operations.md");

    private readonly TemporaryFolder _folder = new();
    private BridgeHost _bridge = null!;

    public async Task InitializeAsync() => _bridge = await EmbeddedBridge.StartAsync(
        ("Bridge:Persistence:Path", _folder.File("bridge.db")),
        ("Bridge:Pipeline:Steps:0:Name", "pick"), ("Bridge:Pipeline:Steps:0:Topics:0", "picked"), ("Bridge:Pipeline:Steps:0:PickField:Path", "old"),
        ("Bridge:Pipeline:Steps:1:Name", "pick-2"), ("Bridge:Pipeline:Steps:1:ShadowOf", "pick"), ("Bridge:Pipeline:Steps:1:PickField:Path", "new"));

    public async Task DisposeAsync() => await _bridge.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Document_Metrics_AreThoseOfTheBridge() => ShouldBeWrittenAsync("metrics", OperationsDoc.Metrics(_bridge));

    [Fact]
    public Task Document_Events_AreThoseOfTheSources() => ShouldBeWrittenAsync("events", OperationsDoc.Events());

    [Fact]
    public async Task Metrics_OfABridgeThatHasSeenAll_AreThoseOfTheDocument()
    {
        var scrape = await ScrapeAllAsync();

        scrape.Types.Keys.Where(name => name.StartsWith("bridge_", StringComparison.Ordinal))
            .Should().BeEquivalentTo(OperationsDoc.InstrumentsOf(_bridge).Select(OperationsDoc.NameOf));
    }

    [Fact]
    public async Task Dashboard_Queries_NameMetricsThatThereAreAndAllOfOurs()
    {
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.PathOf("docs", "operations", "grafana-dashboard.json")));
        var scrape = await ScrapeAllAsync();

        var queries = ValuesOf(dashboard.RootElement, "expr").Concat(ValuesOf(dashboard.RootElement, "definition")).ToList();
        var names = NamesIn(queries);

        queries.Should().HaveCountGreaterThan(30);
        names.Should().BeSubsetOf(scrape.Names);
        scrape.Types.Keys.Where(name => name.StartsWith("bridge_", StringComparison.Ordinal))
            .Should().OnlyContain(name => names.Any(used => used.StartsWith(name)), "there is a panel for each");
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        panels.Select(panel => panel.GetProperty("id").GetInt32()).Should().OnlyHaveUniqueItems();
        ValuesOf(dashboard.RootElement, "uid").Distinct().Should().BeEquivalentTo("signalrbridge", "${datasource}");
    }

    [Fact]
    public async Task Alerts_Queries_NameMetricsThatThereAre()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(await File.ReadAllTextAsync(Repository.PathOf("docs", "operations", "alerts.yml"))));
        var rules = ((YamlSequenceNode)yaml.Documents[0].RootNode["groups"][0]["rules"]).ToList();
        var scrape = await ScrapeAllAsync();

        rules.Should().HaveCountGreaterThan(10);
        NamesIn(rules.Select(rule => (string)rule["expr"]!)).Should().BeSubsetOf(scrape.Names).And.HaveCountGreaterThan(10);
        var documented = AlertRow().Matches(await File.ReadAllTextAsync(Document)).Select(row => row.Groups[1].Value);
        rules.Select(rule => (string)rule["alert"]!).Should().BeEquivalentTo(documented, "the document says what to do");
        rules.Should().OnlyContain(rule => ((string)rule["annotations"]["summary"]!).Length > 0 && ((string)rule["labels"]["severity"]!).Length > 0);
    }

    /// <summary>Has everything happen once that a bridge counts.</summary>
    private async Task<Scrape> ScrapeAllAsync()
    {
        await using var hub = await HubClient.ConnectAsync(_bridge.HubUrl);
        await using var responder = await Responder.StartAsync(_bridge.Services.GetRequiredService<Bridge.Server.Configuration.BridgeOptions>().EmbeddedBroker.ListenPort, "ask");
        await hub.RequestAsync("embedded", "ask", "hello");
        await hub.PublishAsync("embedded", "a", "1");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/brokers");
        request.Headers.Add("X-Api-Key", "brk_none");
        (await _bridge.Client.SendAsync(request)).Dispose();
        // These two take an overload, and a client that never reads: tests of their own have those.
        var metrics = _bridge.Services.GetRequiredService<FanOutMetrics>();
        metrics.Stalled();
        metrics.Conflated("embedded", 1);
        return await Scrape.WaitAsync(_bridge.Client, scrape => scrape.Sum("bridge_connections_stalled_total") > 0);
    }

    private static async Task ShouldBeWrittenAsync(string table, string expected)
    {
        var (begin, end) = ($"<!-- {table}: written by OperationsDocTests -->", $"<!-- end of {table} -->");
        var text = await File.ReadAllTextAsync(Document);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "true")
            await File.WriteAllTextAsync(Document, $"{text[..(text.IndexOf(begin, StringComparison.Ordinal) + begin.Length)]}\n\n{expected}\n\n{text[text.IndexOf(end, StringComparison.Ordinal)..]}");

        text = await File.ReadAllTextAsync(Document);
        var written = text[(text.IndexOf(begin, StringComparison.Ordinal) + begin.Length)..text.IndexOf(end, StringComparison.Ordinal)];
        written.ReplaceLineEndings("\n").Trim().Split('\n').Should().Equal(
            expected.ReplaceLineEndings("\n").Split('\n'), "the code says so: UPDATE_DOCS=true dotnet test --filter OperationsDoc");
    }

    private static IEnumerable<string> ValuesOf(JsonElement element, string member) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(one =>
            one.Name == member && one.Value.ValueKind == JsonValueKind.String ? [one.Value.GetString()!] : ValuesOf(one.Value, member)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(one => ValuesOf(one, member)),
        _ => [],
    };

    private static HashSet<string> NamesIn(IEnumerable<string> queries) =>
        [.. queries.SelectMany(query => MetricName().Matches(query)).Select(match => match.Value)];

    [GeneratedRegex(@"\b(?:bridge|dotnet|kestrel|signalr|http)_\w+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"^\| `(Bridge\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex AlertRow();
}
