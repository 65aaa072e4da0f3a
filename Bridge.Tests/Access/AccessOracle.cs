using Bridge.Tests.Topics;

namespace Bridge.Tests.Access;

/// <summary>A rule of the property tests: what stands in the configuration.</summary>
internal sealed record OracleRule(bool IsDeny, string Action, string Broker, string Template);

/// <summary>The access rules written down as plainly as can be: topic by topic, value by value.</summary>
internal sealed class AccessOracle(IReadOnlyCollection<OracleRule> rules, string? user, string[] sites)
{
    /// <summary>What a value could be that is missing, or cannot be filled in: all that makes a difference among <see cref="Topics"/>.</summary>
    private static readonly string[] AnyValue = ["a", "b", "ab", "$s"];

    public static readonly string[] Topics = [.. TopicOracle.AllTexts(["a", "b", "ab", "$s", ""], depth: 3)];

    /// <summary>Whether a topic is allowed and not denied.</summary>
    public bool May(string action, string broker, string topic) =>
        rules.Any(rule => !rule.IsDeny && Holds(rule, action, broker) && Filters(rule).Any(filter => TopicOracle.Matches(filter, topic)))
        && !Denies(action, broker, topic);

    public bool Denies(string action, string broker, string topic) =>
        rules.Any(rule => rule.IsDeny && Holds(rule, action, broker) && Filters(rule).Any(filter => TopicOracle.Matches(filter, topic)));

    /// <summary>Whether a rule allows exactly this filter.</summary>
    public bool Names(string action, string broker, string filter) =>
        rules.Any(rule => !rule.IsDeny && Holds(rule, action, broker) && Filters(rule).Contains(filter));

    /// <summary>Whether all rules that deny can be filled in, so that they stand for exactly what they say.</summary>
    public bool IsExact => rules.Where(rule => rule.IsDeny).All(rule => CanBeFilledIn(rule.Template));

    private static bool Holds(OracleRule rule, string action, string broker) =>
        rule.Action == action && (rule.Broker == "*" || rule.Broker == broker);

    private bool CanBeFilledIn(string template) =>
        (!template.Contains("{user}") || CanStandFor("{user}", template, user))
        && (!template.Contains("{claim:site}") || (sites.Length > 0 && sites.All(site => CanStandFor("{claim:site}", template, site))));

    private IEnumerable<string> Filters(OracleRule rule)
    {
        var anyValue = rule.IsDeny && !CanBeFilledIn(rule.Template);
        return
            from name in anyValue ? AnyValue : [user]
            from site in anyValue ? AnyValue : rule.Template.Contains("{claim:site}") ? sites : ["unused"]
            where !rule.Template.Contains("{user}") || CanStandFor("{user}", rule.Template, name)
            where !rule.Template.Contains("{claim:site}") || CanStandFor("{claim:site}", rule.Template, site)
            select rule.Template.Replace("{user}", name).Replace("{claim:site}", site);
    }

    private static bool CanStandFor(string placeholder, string template, string? value) =>
        !string.IsNullOrEmpty(value) && value.IndexOfAny(['/', '+', '#', '\0']) < 0 && !(value[0] == '$' && template.StartsWith(placeholder));
}
