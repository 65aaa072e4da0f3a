using CsCheck;

namespace Bridge.Tests.Topics;

/// <summary>MQTT 5 §4.7 written down as plainly as can be, and texts to try on it.</summary>
internal static class TopicOracle
{
    private static readonly Gen<string> Literal = Gen.OneOf("", "a", "b", "$s");

    private static readonly Gen<string> LiteralOrPlus = Gen.OneOf("", "a", "b", "$s", "+", "+");

    public static readonly Gen<string> Topic = Literal.Array[1, 5].Select(Join);

    public static readonly Gen<string> Filter = Gen.Select(
        LiteralOrPlus.Array[0, 5], Gen.Bool, (levels, hash) => Join(hash ? [.. levels, "#"] : levels));

    /// <summary>Half of them have nothing to do with each other, in the other half the filter is made from the topic.</summary>
    public static readonly Gen<(string Filter, string Topic)> FilterAndTopic = Gen.OneOf(
        Gen.Select(Filter, Topic),
        Gen.Select(Topic, Gen.Int[0, 9].Array[6], (topic, dice) => (Generalise(topic, dice), topic)));

    public static bool Matches(string filter, string topic)
    {
        if (filter[0] is '+' or '#' && topic[0] == '$') return false;
        return Matches(filter.Split('/'), topic.Split('/'));
    }

    private static bool Matches(ReadOnlySpan<string> filter, ReadOnlySpan<string> topic)
    {
        if (filter is ["#"]) return true;
        if (filter is [] || topic is []) return filter.Length == topic.Length;
        return (filter[0] == "+" || filter[0] == topic[0]) && Matches(filter[1..], topic[1..]);
    }

    /// <summary>All texts of one level up to <paramref name="depth"/> that can be made from <paramref name="levels"/>.</summary>
    public static IEnumerable<string> AllTexts(string[] levels, int depth)
    {
        var ofThisDepth = levels;
        for (var i = 1; i <= depth; i++)
        {
            foreach (var text in ofThisDepth.Where(text => text.Length > 0)) yield return text;
            ofThisDepth = [.. ofThisDepth.SelectMany(text => levels.Select(level => $"{text}/{level}"))];
        }
    }

    /// <summary>A text of as many levels, all of them <paramref name="level"/>.</summary>
    public static string Repeat(string level, int levels) => string.Join('/', Enumerable.Repeat(level, levels));

    private static string Generalise(string topic, int[] dice)
    {
        var levels = topic.Split('/')
            .Select((level, i) => dice[i] switch { < 6 => level, < 8 => "+", 8 => "#", _ => "b" })
            .ToList();
        var hash = levels.IndexOf("#");
        return Join(hash < 0 ? levels : levels[..(hash + 1)]);
    }

    // One empty level is no topic.
    private static string Join(IReadOnlyCollection<string> levels)
    {
        var text = string.Join('/', levels);
        return text.Length > 0 ? text : "a";
    }
}
