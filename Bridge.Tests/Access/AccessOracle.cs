using Bridge.Tests.Topics;

namespace Bridge.Tests.Access;

/// <summary>A rule of the property tests: what stands in the configuration.</summary>
internal sealed record OracleRule(bool IsDeny, string Action, string Broker, string Template);

/// <summary>The access rules written down as plainly as can be: topic by topic, value by value.</summary>
internal sealed class AccessOracle(IReadOnlyCollection<OracleRule> rules, string? user, string[] sites)
{
    /// <summary>What a value could be that is missing, or cannot be filled in: all that makes a difference among <see cref="Topics"/>.</summary>
    private static readonly string[] AnyValue = ["a", "b", "ab", "$s"];

    /// <summary>All topics of up to three of these levels, and of those that the rules name.</summary>
    public IReadOnlyCollection<string> Topics { get; } = [.. TopicOracle.AllTexts(
        [.. new[] { "a", "b", "ab", "$s", "" }.Union(rules.SelectMany(rule => Filters(rule, user, sites)).SelectMany(filter => filter.Split('/'))).Except(["+", "#"])],
        depth: 3)];

    /// <summary>Whether a topic is allowed and not denied.</summary>
    public bool May(string action, string broker, string topic) =>
        rules.Any(rule => !rule.IsDeny && Holds(rule, action, broker) && Filters(rule, user, sites).Any(filter => TopicOracle.Matches(filter, topic)))
        && !Denies(action, broker, topic);

    public bool Denies(string action, string broker, string topic) =>
        rules.Any(rule => rule.IsDeny && Holds(rule, action, broker) && Filters(rule, user, sites).Any(filter => TopicOracle.Matches(filter, topic)));

    /// <summary>Whether a rule allows exactly this filter.</summary>
    public bool Names(string action, string broker, string filter) =>
        rules.Any(rule => !rule.IsDeny && Holds(rule, action, broker) && Filters(rule, user, sites).Contains(filter));

    /// <summary>Whether all rules that deny can be filled in, so that they stand for exactly what they say.</summary>
    public bool IsExact => rules.Where(rule => rule.IsDeny).All(rule => CanBeFilledIn(rule.Template, user, sites));

    private static bool Holds(OracleRule rule, string action, string broker) =>
        rule.Action == action && (rule.Broker == "*" || rule.Broker == broker);

    private static bool CanBeFilledIn(string template, string? user, string[] sites) =>
        HasUser(template, user) && HasSite(template, sites);

    private static bool HasUser(string template, string? user) =>
        !template.Contains("{user}") || CanStandFor("{user}", template, user);

    private static bool HasSite(string template, string[] sites) =>
        !template.Contains("{claim:site}") || (sites.Length > 0 && sites.All(site => CanStandFor("{claim:site}", template, site)));

    private static IEnumerable<string> Filters(OracleRule rule, string? user, string[] sites) =>
        from name in rule.IsDeny && !HasUser(rule.Template, user) ? AnyValue : [user ?? ""]
        from site in rule.IsDeny && !HasSite(rule.Template, sites) ? AnyValue : rule.Template.Contains("{claim:site}") ? sites : ["unused"]
        where HasUser(rule.Template, name) && HasSite(rule.Template, [site])
        select rule.Template.Replace("{user}", name).Replace("{claim:site}", site);

    private static bool CanStandFor(string placeholder, string template, string? value) =>
        !string.IsNullOrEmpty(value) && value.IndexOfAny(['/', '+', '#', '\0']) < 0 && !(value[0] == '$' && template.StartsWith(placeholder));
}
