using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bridge.Server.Topics;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>A topic with places <c>{1}</c>, <c>{2}</c> for parts of another.</summary>
internal sealed partial class TopicPattern
{
    private readonly Part[][] _levels;

    private TopicPattern(string text)
    {
        _levels = [.. text.Split('/').Select(level => Pieces().Matches(level).Select(PartOf).ToArray())];
        MostIndex = _levels.SelectMany(level => level).Max(part => (int?)part.Index) ?? 0;
    }

    /// <summary>The greatest number of a place; 0 where there is none.</summary>
    public int MostIndex { get; }

    /// <returns>The pattern; where the text is none, null and a problem.</returns>
    public static TopicPattern? TryParse(string text, out string? problem)
    {
        problem = Pieces().Replace(text, "") is [var brace, ..]
            ? $"'{brace}' may only stand in a place such as {{1}}"
            : TopicName.Check(Place().Replace(text, "x"));
        return problem is null ? new TopicPattern(text) : null;
    }

    /// <exception cref="FormatException">The text is no pattern.</exception>
    public static TopicPattern Parse(string text) => TryParse(text, out var problem) ?? throw new FormatException(problem);

    /// <summary>The topic with these parts in its places. A level that is only a place for nothing is left out.</summary>
    public string Fill(string?[] parts)
    {
        var topic = new StringBuilder();
        var isFirst = true;
        foreach (var level in _levels)
        {
            if (level is [{ Index: > 0 } only] && parts[only.Index - 1] is null)
                continue;
            if (!isFirst)
                topic.Append('/');
            foreach (var part in level)
                topic.Append(part.Index > 0 ? parts[part.Index - 1] : part.Text);
            isFirst = false;
        }

        return topic.ToString();
    }

    private static Part PartOf(Match match) => match.Value is ['{', .. var number, '}']
        ? new Part("", int.Parse(number, CultureInfo.InvariantCulture))
        : new Part(match.Value, 0);

    [GeneratedRegex(@"\{[1-9][0-9]{0,4}\}|[^{}]+")]
    private static partial Regex Pieces();

    [GeneratedRegex(@"\{[1-9][0-9]{0,4}\}")]
    private static partial Regex Place();

    /// <param name="Text">What stands there.</param>
    /// <param name="Index">Or the number of what is filled in, from 1 on.</param>
    private readonly record struct Part(string Text, int Index);
}
