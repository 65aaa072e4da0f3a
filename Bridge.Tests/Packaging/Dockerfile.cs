using System.Text.Json;
using System.Text.RegularExpressions;
using Bridge.Tests.Support;

namespace Bridge.Tests.Packaging;

/// <summary>An instruction of the <c>Dockerfile</c>.</summary>
/// <param name="Stage">The stage that it stands in, from 0.</param>
/// <param name="Name">Its name in capitals.</param>
/// <param name="Value">What follows it, on one line.</param>
internal sealed record Instruction(int Stage, string Name, string Value)
{
    /// <summary>Words that are no options (<c>--from=build</c>).</summary>
    public string[] Words => [.. Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.StartsWith("--", StringComparison.Ordinal))];

    public bool HasOption(string name) => Value.Contains($"--{name}=", StringComparison.Ordinal);

    /// <summary>The list of words that starts a program without a shell.</summary>
    public string[] Program => JsonSerializer.Deserialize<string[]>(Value[Value.IndexOf('[', StringComparison.Ordinal)..])!;
}

/// <summary>The repository's <c>Dockerfile</c> as its builder reads it (https://docs.docker.com/reference/dockerfile/).</summary>
internal static partial class Dockerfile
{
    public static IReadOnlyList<Instruction> Instructions { get; } = Read();

    private static int LastStage => Instructions.Max(instruction => instruction.Stage);

    /// <summary>Those of the image that is the result.</summary>
    public static IEnumerable<Instruction> Final => Instructions.Where(instruction => instruction.Stage == LastStage);

    /// <summary>The only one of a name in the image that is the result.</summary>
    public static Instruction Single(string name) => Final.Single(instruction => instruction.Name == name);

    /// <summary>The variables that the image sets.</summary>
    public static Dictionary<string, string?> Variables => Final.Where(instruction => instruction.Name == "ENV")
        .SelectMany(instruction => instruction.Words)
        .ToDictionary(word => word.Split('=')[0], word => (string?)word.Split('=', 2)[1]);

    private static List<Instruction> Read()
    {
        var lines = File.ReadAllLines(Repository.PathOf("Dockerfile")).Where(line => !line.StartsWith('#') && line.Length > 0);
        var (instructions, stage) = (new List<Instruction>(), -1);
        foreach (var line in Continued().Replace(string.Join('\n', lines), " ").Split('\n'))
        {
            var match = Line().Match(line);
            match.Success.Should().BeTrue($"'{line}' is an instruction");
            if (match.Groups["name"].Value == "FROM")
                stage++;
            instructions.Add(new Instruction(stage, match.Groups["name"].Value, match.Groups["value"].Value));
        }

        return instructions;
    }

    [GeneratedRegex(@"\s*\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex("^(?<name>FROM|RUN|WORKDIR|COPY|ENV|EXPOSE|VOLUME|USER|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|LABEL|ARG) (?<value>.+)$")]
    private static partial Regex Line();
}
