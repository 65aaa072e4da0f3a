using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Finds what is wrong with the options of one step. Whether it fits the others is not looked at here.</summary>
internal static class ConfiguredStepOptionsValidator
{
    /// <param name="options">The options.</param>
    /// <param name="checks">Under the path of the step.</param>
    /// <param name="brokerKeys">The keys of all brokers: for those that a group names.</param>
    public static void Check(ConfiguredStepOptions options, OptionsChecks checks, IReadOnlyCollection<string> brokerKeys)
    {
        StepOptionsValidator.Check(options, checks);
        var groups = ReadySteps.Kinds.Where(kind => kind.IsIn(options)).ToList();
        CheckGroups(options, checks, groups);
        CheckStages(options, checks, groups);
        foreach (var kind in groups)
            kind.Check(options, checks.At(kind.Name), brokerKeys);
    }

    private static void CheckGroups(ConfiguredStepOptions options, OptionsChecks checks, List<ReadyKind> groups)
    {
        string[] found = [.. groups.Select(kind => kind.Name), .. options.Class is null ? Array.Empty<string>() : [nameof(options.Class)]];
        if (found.Length == 0)
        {
            // What is written as {} reaches us as if it was not there.
            checks.Fail(nameof(options.Class), $"is not set, and none of {string.Join(", ", ReadySteps.Kinds.Select(kind => kind.Name))} with a setting in it");
        }
        else if (found.Length > 1)
            checks.Fail(found[1], $"a step is one thing, and this one has {string.Join(", ", found)}");
        else if (options.Class?.Length == 0)
            checks.Fail(nameof(options.Class), "must not be empty");

        if (options.Class is null && options.Settings.Count > 0)
            checks.Fail(nameof(options.Settings), "is only for a Class");
    }

    private static void CheckStages(ConfiguredStepOptions options, OptionsChecks checks, List<ReadyKind> groups)
    {
        foreach (var (i, name) in options.On.Index())
        {
            var stage = ReadySteps.StageOf(name);
            if (stage == StepStages.None)
                checks.Fail($"{nameof(options.On)}:{i}", $"'{name}' is none of message, publish, read");
            else if (groups.Find(kind => !kind.MayBeOn.HasFlag(stage)) is { } kind)
                checks.Fail($"{nameof(options.On)}:{i}", $"{kind.Name} cannot be on {name}");
        }
    }
}
