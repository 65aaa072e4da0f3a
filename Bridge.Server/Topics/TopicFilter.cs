using System.Text;

namespace Bridge.Server.Topics;

/// <summary>
/// A valid topic filter (MQTT 5 §4.7), which stands for a set of topic names. Two filters are equal when their texts are.
/// </summary>
/// <remarks>
/// <see cref="Matches"/>, <see cref="Covers"/> and <see cref="Intersects"/> are exact relations between those sets, decided in
/// time linear in the texts and without allocating.
/// </remarks>
internal sealed record class TopicFilter
{
    private readonly int _hash;

    private TopicFilter(string text)
    {
        Text = text;
        IsExact = !text.AsSpan().ContainsAny('+', '#');
        SpelledOut = text switch { "#" => "+/#", "/#" => "/+/#", _ => text };
        _hash = text.GetHashCode();
    }

    /// <summary>The filter as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether the filter has no wildcard, and so matches one topic name: its own text.</summary>
    public bool IsExact { get; }

    /// <summary>
    /// The filter with all the levels that its topic names must have: no topic name is empty, so <c>#</c> stands for the same
    /// names as <c>+/#</c>, and <c>/#</c> for the same as <c>/+/#</c>. Filters stand for the same names only when this is equal.
    /// </summary>
    public string SpelledOut { get; }

    /// <summary>The levels of <see cref="SpelledOut"/>, wildcards among them.</summary>
    public TopicLevels Levels => new(SpelledOut);

    private bool BeginsWithWildcard => Text[0] is '+' or '#';

    /// <summary>Reads a filter.</summary>
    /// <exception cref="FormatException">The text is no topic filter; the message says why.</exception>
    public static TopicFilter Parse(string text) => TryParse(text, out var problem) ?? throw new FormatException(problem);

    /// <summary>Reads a filter; where the text is none, returns null and a <paramref name="problem"/> of one sentence.</summary>
    /// <remarks>
    /// Shared subscriptions (MQTT 5 §4.8.2) are refused: the bridge shares its upstream subscriptions among its clients itself.
    /// </remarks>
    public static TopicFilter? TryParse(string text, out string? problem)
    {
        problem = TopicText.Check(text, "topic filter") ?? CheckWildcards(text) ?? CheckShare(text);
        return problem is null ? new TopicFilter(text) : null;
    }

    /// <summary>Whether the filter matches a topic name, which must be valid (MQTT 5 §4.7.1, §4.7.2).</summary>
    public bool Matches(string topic) => IsExact ? Text == topic : IncludesAll(topic);

    /// <summary>Whether this filter matches every topic name that <paramref name="other"/> matches.</summary>
    public bool Covers(TopicFilter other) => IncludesAll(other.SpelledOut);

    /// <summary>Whether there is a topic name that this filter and <paramref name="other"/> both match.</summary>
    public bool Intersects(TopicFilter other)
    {
        if (BeginsWithWildcard && TopicName.IsReserved(other.Text)) return false;
        if (other.BeginsWithWildcard && TopicName.IsReserved(Text)) return false;
        return LevelsAgree(other) && HasRoomFor(other);
    }

    public bool Equals(TopicFilter? other) => other is not null && _hash == other._hash && Text == other.Text;

    public override int GetHashCode() => _hash;

    public override string ToString() => Text;

    // A topic name is the filter that matches itself alone, so one walk decides both Matches and Covers. Where the other side has
    // its `#`, whatever else stands on this side asks for a level that some of the other's names do not have.
    private bool IncludesAll(ReadOnlySpan<char> other)
    {
        if (BeginsWithWildcard && other.StartsWith('$')) return false;

        var theirs = new TopicLevels(other);
        foreach (var mine in Levels)
        {
            if (mine is "#") return true;
            if (!theirs.MoveNext() || theirs.Current is "#") return false;
            if (mine is not "+" && !mine.SequenceEqual(theirs.Current)) return false;
        }

        return !theirs.MoveNext();
    }

    private bool LevelsAgree(TopicFilter other)
    {
        var mine = Levels;
        var theirs = other.Levels;
        while (true)
        {
            var (more, theyHaveMore) = (mine.MoveNext(), theirs.MoveNext());
            if (mine.Current is "#" || theirs.Current is "#") return true;
            if (!more || !theyHaveMore) return more == theyHaveMore;
            if (mine.Current is "+" || theirs.Current is "+") continue;
            if (!mine.Current.SequenceEqual(theirs.Current)) return false;
        }
    }

    // Two filters whose long levels stand side by side can agree on nothing but names that are too long to exist.
    private bool HasRoomFor(TopicFilter other)
    {
        if (Text.Length + other.Text.Length <= TopicName.MaxBytes / 3) return true;

        var mine = Levels;
        var theirs = other.Levels;
        var shortest = -1;
        while (NextBeforeHash(ref mine) | NextBeforeHash(ref theirs))
        {
            shortest += 1 + Math.Max(FewestBytes(mine.Current), FewestBytes(theirs.Current));
        }

        return shortest <= TopicName.MaxBytes;
    }

    private static bool NextBeforeHash(ref TopicLevels levels) => levels.MoveNext() && levels.Current is not "#";

    private static int FewestBytes(ReadOnlySpan<char> level) => level is "+" or "#" ? 0 : Encoding.UTF8.GetByteCount(level);

    private static string? CheckShare(string text) =>
        text.StartsWith("$share/", StringComparison.Ordinal)
            ? "Shared subscriptions ($share/...) are not offered to clients of the bridge: subscribe to the topic filter alone."
            : null;

    private static string? CheckWildcards(string text)
    {
        var last = text.Length - 1;
        for (var i = 0; i <= last; i++)
        {
            if (text[i] is not ('+' or '#')) continue;
            if (text[i] == '#' && i < last) return $"'#' must be the last character of a topic filter, and is character {i + 1}.";

            var isAlone = (i == 0 || text[i - 1] == '/') && (i == last || text[i + 1] == '/');
            if (!isAlone) return $"'{text[i]}' must be alone in its level of a topic filter; character {i + 1} is not.";
        }

        return null;
    }
}
