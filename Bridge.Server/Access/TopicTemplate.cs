using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Bridge.Server.Topics;

namespace Bridge.Server.Access;

/// <summary>A topic filter as it stands in a rule: the placeholders in its levels are filled in with what is known of a principal.</summary>
internal sealed partial class TopicTemplate
{
    private const string User = "user";
    private const string ClaimPrefix = "claim:";

    /// <summary>A token may have many values, and two placeholders take each pair of them.</summary>
    private const int MostFilters = 1000;

    private readonly string _text;
    private readonly string[] _levels;
    private readonly string[] _placeholders;

    /// <param name="text">The text.</param>
    /// <param name="sample">The text with letters in place of its placeholders, so that each level stands where it does in the text.</param>
    private TopicTemplate(string text, string sample)
    {
        _text = text;
        _placeholders = [.. PlaceholdersIn(text).Distinct()];
        _levels = sample.Split('/');
        for (var (i, start) = (0, 0); i < _levels.Length; start += _levels[i].Length + 1, i++)
            _levels[i] = text.Substring(start, _levels[i].Length);
    }

    /// <summary>Whether it stands for other topics with each principal.</summary>
    public bool HasPlaceholders => _placeholders.Length > 0;

    /// <exception cref="FormatException">The text is no template; the message says why.</exception>
    public static TopicTemplate Parse(string text) => TryParse(text, out var problem) ?? throw new FormatException(problem);

    /// <summary>Reads a template; where the text is none, returns null and a <paramref name="problem"/> of one sentence.</summary>
    public static TopicTemplate? TryParse(string text, out string? problem)
    {
        var sample = PlaceholderPattern().Replace(text, placeholder => new string('x', placeholder.Length));
        if (TopicFilter.TryParse(sample, out problem) is null)
            return null;

        var brace = sample.AsSpan().IndexOfAny('{', '}');
        if (brace >= 0)
            problem = $"'{sample[brace]}' at character {brace + 1} belongs to no placeholder; there are {{user}} and {{claim:NAME}}.";

        // Where it cannot be filled in, no wildcard would stand for such a level.
        else if (TopicName.IsReserved(text) && sample.Split('/')[0] != text.Split('/')[0])
            problem = "A first level that begins with '$' cannot hold a placeholder.";
        return problem is null ? new TopicTemplate(text, sample) : null;
    }

    /// <summary>
    /// The filters that the template stands for with a principal: one for each value. For an allow none where a value is missing or cannot
    /// stand in a level; for a deny one that denies whatever any value would.
    /// </summary>
    public IReadOnlyCollection<TopicFilter> Fill(Principal principal, bool isDeny)
    {
        var choices = _placeholders.ToDictionary(name => name, name => ChoicesFor(name, principal, isDeny));
        if (choices.Values.Aggregate(1L, (product, values) => Math.Min(product * values.Length, MostFilters + 1)) > MostFilters)
            choices = _placeholders.ToDictionary(name => name, string?[] (_) => isDeny ? [null] : []);

        IEnumerable<ImmutableDictionary<string, string?>> assignments = [ImmutableDictionary<string, string?>.Empty];
        foreach (var (name, values) in choices)
            assignments = assignments.SelectMany(assignment => values.Select(value => assignment.SetItem(name, value)));
        return [.. assignments.Select(assignment => Build(assignment, isDeny)).OfType<TopicFilter>().Distinct()];
    }

    public override string ToString() => _text;

    /// <returns>The values; null stands for any value.</returns>
    private string?[] ChoicesFor(string placeholder, Principal principal, bool isDeny)
    {
        string?[] values = placeholder == User ? [principal.User] : [.. principal.Claims[placeholder[ClaimPrefix.Length..]]];
        string?[] usable = [.. values.Where(value => CanStandFor(placeholder, value)).Distinct()];
        if (!isDeny)
            return usable;
        return usable.Length > 0 && values.All(value => usable.Contains(value)) ? usable : [null];
    }

    /// <summary>A value makes part of one level, and no topic of the broker's own ($SYS) out of one that is none.</summary>
    private bool CanStandFor(string placeholder, string? value) =>
        value is not null
        && TopicName.Check(value) is null
        && !value.Contains('/')
        && !(TopicName.IsReserved(value) && _text.StartsWith($"{{{placeholder}}}", StringComparison.Ordinal));

    /// <summary>Values that are usable one by one may be too long together.</summary>
    private TopicFilter? Build(ImmutableDictionary<string, string?> values, bool isDeny) =>
        TopicFilter.TryParse(Join(values), out _)
        ?? (isDeny ? TopicFilter.Parse(Join(_placeholders.ToImmutableDictionary(name => name, string? (_) => null))) : null);

    private string Join(ImmutableDictionary<string, string?> values) => string.Join('/', _levels.Select(level =>
        PlaceholdersIn(level).Any(name => values[name] is null)
            ? "+"
            : PlaceholderPattern().Replace(level, placeholder => values[placeholder.Groups[1].Value]!)));

    private static IEnumerable<string> PlaceholdersIn(string text) =>
        PlaceholderPattern().Matches(text).Select(placeholder => placeholder.Groups[1].Value);

    // The name of a claim may be a URL.
    [GeneratedRegex(@"\{(user|claim:[^{}]+)\}")]
    private static partial Regex PlaceholderPattern();
}
