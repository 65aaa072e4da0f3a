using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bridge.Server.Configuration;
using Bridge.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Bridge.Tests.Configuration;

/// <summary>Holds <c>docs/configuration.md</c> against the options. With UPDATE_DOCS=true it writes the tables anew.</summary>
public sealed partial class ConfigurationDocTests
{
    private const string Begin = "<!-- settings: written by ConfigurationDocTests -->";
    private const string End = "<!-- end of settings -->";

    private static readonly string Document = Repository.PathOf("docs", "configuration.md");

    [Fact]
    public async Task Document_Tables_AreThoseOfTheOptions()
    {
        var text = await File.ReadAllTextAsync(Document);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        var expected = DocumentedSettings.Write();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "true")
            await File.WriteAllTextAsync(Document, $"{text[..begin]}\n\n{expected}\n\n{text[end..]}");

        text = await File.ReadAllTextAsync(Document);
        Lines(text[begin..text.IndexOf(End, StringComparison.Ordinal)]).Should().Equal(
            Lines(expected), "the options say so: UPDATE_DOCS=true dotnet test --filter ConfigurationDoc");
    }

    [Fact]
    public void Options_DefaultsInTheirDocumentation_AreTheirDefaults()
    {
        var settings = DocumentedSettings.All().ToList();

        settings.Should().HaveCountGreaterThan(30);
        foreach (var (setting, documented) in settings.Select(setting => (setting, Documented: DefaultIn(setting.Meaning))))
        {
            if (documented is not null)
                setting.Default.Trim('`').Should().Be(documented, $"{setting.Group}:{setting.Name} says so");
        }
    }

    [Fact]
    public async Task Document_Examples_CanBeUsed()
    {
        var examples = JsonBlock().Matches(await File.ReadAllTextAsync(Document)).Select(match => match.Groups[1].Value).ToList();

        examples.Should().NotBeEmpty();
        foreach (var example in examples)
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(example));
            var configuration = new ConfigurationBuilder().AddJsonStream(stream).Build();
            configuration.GetSection(BridgeOptions.Section).Exists().Should().BeTrue(example);
            FindErrors(configuration).Should().BeEmpty(example);
        }
    }

    /// <summary>What is wrong, but that the files which an example names are not here.</summary>
    private static IEnumerable<string> FindErrors(IConfiguration configuration)
    {
        try
        {
            BridgeOptionsLoader.Load(configuration, new TestEnvironment(Repository.Root), []);
            return [];
        }
        catch (BridgeConfigurationException exception)
        {
            return exception.Errors.Where(error => !error.Contains("there is no file", StringComparison.Ordinal));
        }
    }

    /// <summary>A number or a word that follows "Default" at once; what is said in sentences is for readers.</summary>
    private static string? DefaultIn(string meaning) => DefaultPattern().Match(meaning) is { Success: true } match
        ? match.Groups[1].Value.Trim('`').Replace(",", "", StringComparison.Ordinal).ToLower(CultureInfo.InvariantCulture)
        : null;

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").Trim().Split('\n');

    [GeneratedRegex(@"Default (`[^`\[]+`|[\d,]+|true|false)")]
    private static partial Regex DefaultPattern();

    [GeneratedRegex(@"```jsonc?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
