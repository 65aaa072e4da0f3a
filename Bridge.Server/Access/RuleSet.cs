namespace Bridge.Server.Access;

/// <summary>Rules by broker.</summary>
internal sealed class RuleSet
{
    private readonly IReadOnlyCollection<BrokerRule> _rules;
    private readonly Dictionary<string, BrokerRules> _brokers;
    private readonly BrokerRules _otherBrokers;

    public RuleSet(IReadOnlyCollection<BrokerRule> rules)
    {
        _rules = rules;
        _otherBrokers = new BrokerRules([.. rules.Where(rule => rule.Broker == RuleTemplate.AnyBroker)]);
        _brokers = rules.Select(rule => rule.Broker).Distinct().ToDictionary(
            key => key,
            key => new BrokerRules([.. rules.Where(rule => rule.Broker == key || rule.Broker == RuleTemplate.AnyBroker)]));
    }

    /// <summary>Whether an action is allowed on anything.</summary>
    public bool Allows(AccessAction action) => _rules.Any(rule => !rule.Rule.IsDeny && rule.Actions.Contains(action));

    public BrokerRules For(string brokerKey) => _brokers.GetValueOrDefault(brokerKey, _otherBrokers);

    /// <summary>What each rule says, in words that no other rule has.</summary>
    public IEnumerable<string> Describe() => _rules.Select(rule =>
        $"{(rule.Rule.IsDeny ? "deny" : "allow")} {string.Join(',', rule.Actions.Order())} {rule.Broker} {rule.Filter}");
}
