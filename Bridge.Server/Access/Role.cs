using Bridge.Server.Configuration;

namespace Bridge.Server.Access;

/// <summary>A configured role. Rules without placeholders are the same for all who have it.</summary>
internal sealed class Role
{
    private readonly RuleSet _shared;
    private readonly RuleTemplate[] _templates;

    public Role(string name, RoleOptions options)
    {
        var path = $"{BridgeOptions.Section}:{nameof(BridgeOptions.Access)}:{nameof(AccessOptions.Roles)}:{name}";
        if (options.Administrator)
            Administrator = new AccessRule(name, IsDeny: false, $"{path}:{nameof(options.Administrator)}", Filter: null);

        RuleTemplate[] all =
        [
            .. Templates(options.Allow, name, isDeny: false, $"{path}:{nameof(options.Allow)}"),
            .. Templates(options.Deny, name, isDeny: true, $"{path}:{nameof(options.Deny)}"),
        ];
        _templates = [.. all.Where(template => template.Topics.HasPlaceholders)];
        _shared = new RuleSet(Fill(all.Except(_templates), new Principal(user: null)));
    }

    /// <summary>What makes those who have the role administrators; null where it does not.</summary>
    public AccessRule? Administrator { get; }

    public IEnumerable<RuleSet> RulesFor(Principal principal) =>
        _templates.Length == 0 ? [_shared] : [_shared, new RuleSet(Fill(_templates, principal))];

    private static IReadOnlyCollection<BrokerRule> Fill(IEnumerable<RuleTemplate> templates, Principal principal) =>
        [.. templates.SelectMany(template => template.Fill(principal))];

    private static IEnumerable<RuleTemplate> Templates(List<RuleOptions> rules, string role, bool isDeny, string path) =>
        from rule in rules.Index()
        let actions = rule.Item.Actions.Select(AccessActions.Parse).ToArray()
        from topic in rule.Item.Topics.Index()
        let place = $"{path}:{rule.Index}:{nameof(rule.Item.Topics)}:{topic.Index}"
        select new RuleTemplate(role, isDeny, place, rule.Item.Broker, actions, TopicTemplate.Parse(topic.Item));
}
