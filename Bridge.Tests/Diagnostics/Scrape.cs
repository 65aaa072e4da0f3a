using System.Globalization;
using System.Text.RegularExpressions;
using Bridge.Tests.Support;

namespace Bridge.Tests.Diagnostics;

/// <summary>What <c>/metrics</c> answers, read as Prometheus reads it (its text format, version 0.0.4): a line that is none fails.</summary>
internal sealed partial class Scrape
{
    private Scrape(IReadOnlyDictionary<string, string> types, IReadOnlyList<Sample> samples) => (Types, Samples) = (types, samples);

    /// <summary>Each metric's type.</summary>
    public IReadOnlyDictionary<string, string> Types { get; }

    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>The names of all samples: of a histogram those of its parts.</summary>
    public IEnumerable<string> Names => Samples.Select(sample => sample.Name).Distinct();

    public static async Task<Scrape> OfAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("/metrics", UriKind.Relative)).WaitAsync(Eventually.DefaultTimeout);
        response.EnsureSuccessStatusCode();
        response.Content.Headers.ContentType!.ToString().Should().Be("text/plain; version=0.0.4; charset=utf-8");
        return Parse(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Asks until it is as a test expects: an answer counts for a moment.</summary>
    public static async Task<Scrape> WaitAsync(HttpClient client, Func<Scrape, bool> condition)
    {
        Scrape last = null!;
        await Eventually.HoldsAsync(
            async () => condition(last = await OfAsync(client)),
            describe: () => string.Join('\n', last.Samples.Where(sample => sample.Name.StartsWith("bridge_", StringComparison.Ordinal))));
        return last;
    }

    public static Scrape Parse(string text)
    {
        var (types, samples) = (new Dictionary<string, string>(), new List<Sample>());
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (TypeLine().Match(line) is { Success: true } type)
                types.Add(type.Groups[1].Value, type.Groups[2].Value);
            else if (!line.StartsWith("# HELP ", StringComparison.Ordinal))
                samples.Add(ParseSample(line));
        }

        samples.Select(sample => sample.Key).Should().OnlyHaveUniqueItems();
        return new Scrape(types, samples);
    }

    /// <summary>The sum of the samples of a name that have these labels, whatever others they have.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) => Samples
        .Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Label) == label.Value))
        .Sum(sample => sample.Value);

    private static Sample ParseSample(string line)
    {
        var match = SampleLine().Match(line);
        match.Success.Should().BeTrue($"'{line}' is a sample");
        var labels = LabelPair().Matches(match.Groups["labels"].Value).ToDictionary(pair => pair.Groups[1].Value, pair => pair.Groups[2].Value);
        return new Sample(match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^# TYPE (\w+) (counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_]\w*)(\{(?<labels>(\w+=""([^""\\]|\\.)*"",?)*)\})? (?<value>[-+0-9.eEInfaN]+)( \d+)?$")]
    private static partial Regex SampleLine();

    [GeneratedRegex(@"(\w+)=""((?:[^""\\]|\\.)*)""")]
    private static partial Regex LabelPair();
}

/// <summary>One value.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string Key => $"{Name}{{{string.Join(',', Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}}}";

    public override string ToString() => $"{Key} {Value}";
}
