namespace Bridge.Server.Access;

/// <summary>The rules of a rule set that hold for one broker.</summary>
internal sealed class BrokerRules
{
    private static readonly AccessAction[] AllActions = Enum.GetValues<AccessAction>();

    private readonly RuleList[] _allows;
    private readonly RuleList[] _denies;

    public BrokerRules(IReadOnlyCollection<BrokerRule> rules)
    {
        _allows = [.. AllActions.Select(action => List(rules, action, isDeny: false))];
        _denies = [.. AllActions.Select(action => List(rules, action, isDeny: true))];
        AllowsAnything = _allows.Any(list => !list.IsEmpty);
    }

    public bool AllowsAnything { get; }

    public RuleList Allows(AccessAction action) => _allows[(int)action];

    public RuleList Denies(AccessAction action) => _denies[(int)action];

    private static RuleList List(IEnumerable<BrokerRule> rules, AccessAction action, bool isDeny) =>
        rules.Where(rule => rule.Rule.IsDeny == isDeny && rule.Actions.Contains(action)).ToList() is { Count: > 0 } list
            ? new RuleList(list)
            : RuleList.Empty;
}
