namespace Bridge.Server.Access;

/// <summary>Rules by broker.</summary>
internal sealed class RuleSet
{
    private readonly Dictionary<string, BrokerRules> _brokers;
    private readonly BrokerRules _otherBrokers;

    public RuleSet(IReadOnlyCollection<BrokerRule> rules)
    {
        _otherBrokers = new BrokerRules([.. rules.Where(rule => rule.Broker == RuleTemplate.AnyBroker)]);
        _brokers = rules.Select(rule => rule.Broker).Distinct().ToDictionary(
            key => key,
            key => new BrokerRules([.. rules.Where(rule => rule.Broker == key || rule.Broker == RuleTemplate.AnyBroker)]));
    }

    public BrokerRules For(string brokerKey) => _brokers.GetValueOrDefault(brokerKey, _otherBrokers);
}
