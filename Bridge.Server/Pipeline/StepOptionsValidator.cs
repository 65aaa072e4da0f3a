using System.Text.RegularExpressions;
using Bridge.Server.Configuration;
using Bridge.Server.Topics;

namespace Bridge.Server.Pipeline;

/// <summary>Finds what is wrong with what is said of a step, whatever it does.</summary>
internal static partial class StepOptionsValidator
{
    public static void Check(StepOptions step, OptionsChecks checks)
    {
        if (!IsName(step.Name))
            checks.Fail(nameof(step.Name), "must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'");
        if (step.Topics.Count == 0)
            checks.Fail(nameof(step.Topics), "must list at least one topic filter");
        foreach (var (i, topic) in step.Topics.Index())
        {
            if (TopicFilter.TryParse(topic, out var problem) is null)
                checks.Fail($"{nameof(step.Topics)}:{i}", problem!);
        }

        checks.Range(nameof(step.TimeoutMilliseconds), step.TimeoutMilliseconds, 1, 60_000);
        if (!Enum.IsDefined(step.OnFailure))
            checks.Fail(nameof(step.OnFailure), $"'{step.OnFailure}' is none of {string.Join(", ", Enum.GetNames<StepFailureAction>())}");
    }

    /// <summary>Whether a step may have the name.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
