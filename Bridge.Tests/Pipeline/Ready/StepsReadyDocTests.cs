using System.Text;
using System.Text.RegularExpressions;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Pipeline.Ready;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline.Ready;

/// <summary>Runs the examples of <c>docs/steps-ready.md</c>.</summary>
public sealed partial class StepsReadyDocTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public static TheoryData<string> Groups => [.. ReadySteps.Kinds.Select(kind => kind.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Document_Example_DoesWhatItSays(string group)
    {
        var section = (await File.ReadAllTextAsync(Repository.PathOf("docs", "steps-ready.md"))).ReplaceLineEndings("\n")
            .Split("\n## ").Single(part => part.StartsWith(group + "\n", StringComparison.Ordinal));
        foreach (Match file in FileBlock().Matches(section))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(file.Groups[1].Value))!);
            _folder.Write(file.Groups[1].Value, file.Groups[2].Value);
        }

        var step = ReadyStepOf.Json(JsonBlock().Match(section).Groups[1].Value, _time, _folder.Path);
        var lines = TextBlock().Match(section).Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().NotBeEmpty();
        Replay(step, lines).Should().Equal(lines);
    }

    /// <summary>The lines as they are when the step says what becomes of messages.</summary>
    private List<string> Replay(MessageStep step, string[] lines)
    {
        var replayed = new List<string>();
        foreach (var line in lines.Where(line => !line.StartsWith('→')))
        {
            replayed.Add(line);
            if (Later().Match(line) is { Success: true } later)
                _time.Advance(TimeSpan.FromSeconds(int.Parse(later.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
            else
                replayed.AddRange(Outcomes(step, line));
        }

        return replayed;
    }

    private static IEnumerable<string> Outcomes(MessageStep step, string line)
    {
        var (topic, text) = line.IndexOf(' ') is var space ? (line[..space], line[(space + 1)..]) : default;
        var payload = text.StartsWith("hex:", StringComparison.Ordinal) ? Convert.FromHexString(text[4..]) : Encoding.UTF8.GetBytes(text);
        var message = TestMessages.Message(topic, payload);
        var result = step.Run(message);
        return result.Outcome switch
        {
            StepOutcome.Pass => [Write(message)],
            StepOutcome.Change => [Write(result.Message!)],
            StepOutcome.Split => result.Messages.Select(Write),
            StepOutcome.Drop => ["→ dropped"],
            // What a library says of it is its own.
            _ => [$"→ refused: {Foreign().Replace(result.Reason!, "$1…")}"],
        };
    }

    private static string Write(BridgeMessage message) => $"→ {message.Topic} {message.GetText()}";

    [GeneratedRegex(@"```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex(@"```json (\S+)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex FileBlock();

    [GeneratedRegex(@"```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex TextBlock();

    [GeneratedRegex(@"^\((\d+) seconds later\)$")]
    private static partial Regex Later();

    [GeneratedRegex("^(The payload is no Sparkplug B: ).*$")]
    private static partial Regex Foreign();
}
