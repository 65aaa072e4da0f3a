using Bridge.Server.Topics;

namespace Bridge.Server.Access;

/// <summary>The rules that allow an action on a broker, or those that deny it.</summary>
internal sealed class RuleList(IReadOnlyCollection<BrokerRule> rules)
{
    private readonly TopicFilter[] _filters = [.. rules.Select(rule => rule.Filter)];
    private readonly string[] _beginnings = [.. rules.Select(rule => AccessTarget.BeginningOf(rule.Filter.Text).ToString())];
    private readonly AccessRule[] _rules = [.. rules.Select(rule => rule.Rule)];

    public static RuleList Empty { get; } = new([]);

    public bool IsEmpty => _rules.Length == 0;

    /// <summary>The first rule that has all of the target's topics.</summary>
    public AccessRule? FindAround(AccessTarget target)
    {
        var beginning = target.Beginning;
        for (var i = 0; i < _filters.Length; i++)
        {
            if (Agree(beginning, _beginnings[i]) && target.IsWithin(_filters[i]))
                return _rules[i];
        }

        return null;
    }

    /// <summary>The first rule that has any of the target's topics.</summary>
    public AccessRule? FindTouching(AccessTarget target)
    {
        var beginning = target.Beginning;
        for (var i = 0; i < _filters.Length; i++)
        {
            if (Agree(beginning, _beginnings[i]) && target.Touches(_filters[i]))
                return _rules[i];
        }

        return null;
    }

    /// <summary>Nearly all of many rules are about other topics, and are seen to be by this: in a tenth of the time.</summary>
    private static bool Agree(ReadOnlySpan<char> one, ReadOnlySpan<char> other) =>
        one.Length < other.Length ? other.StartsWith(one) : one.StartsWith(other);
}
