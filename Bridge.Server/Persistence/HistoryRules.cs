using Bridge.Server.Topics;

namespace Bridge.Server.Persistence;

/// <summary>How much of a topic's past is kept.</summary>
/// <param name="PerTopic">How many messages; 0 for none.</param>
/// <param name="Age">For how long; 0 for ever.</param>
internal readonly record struct HistoryRule(int PerTopic, TimeSpan Age);

/// <summary>How much of the past is kept of which topics of one broker.</summary>
internal sealed class HistoryRules
{
    /// <summary>Stands for every broker.</summary>
    public const string AnyBroker = "*";

    private readonly List<(TopicFilter Filter, HistoryRule Rule)> _rules;
    private readonly HistoryRule _others;

    public HistoryRules(PersistenceOptions options, string brokerKey)
    {
        _rules = [.. options.History
            .Where(rule => rule.Broker == AnyBroker || rule.Broker == brokerKey)
            .SelectMany(rule => rule.Topics.Select(topic => (TopicFilter.Parse(topic), new HistoryRule(rule.PerTopic, rule.Age ?? options.HistoryAge))))];
        _others = new HistoryRule(options.HistoryPerTopic, options.HistoryAge);
        Text = string.Join(' ', _rules.Where(rule => rule.Rule.PerTopic > 0).Select(rule => rule.Filter.Text)) + (_others.PerTopic > 0 ? " *" : "");
    }

    /// <summary>Which topics have a history: where that changes, the past of some is not there.</summary>
    public string Text { get; }

    /// <summary>Whether any topic has a history.</summary>
    public bool IsOn => _others.PerTopic > 0 || _rules.Exists(rule => rule.Rule.PerTopic > 0);

    /// <summary>The rule for a topic: the first that matches.</summary>
    public HistoryRule Find(string topic)
    {
        foreach (var (filter, rule) in _rules)
        {
            if (filter.Matches(topic))
                return rule;
        }

        return _others;
    }

    /// <summary>Whether any topic that a filter matches has a history.</summary>
    public bool MayKeep(TopicFilter filter)
    {
        foreach (var (known, rule) in _rules)
        {
            if (rule.PerTopic > 0 && known.Intersects(filter))
                return true;
            if (known.Covers(filter))
                return false;
        }

        return _others.PerTopic > 0;
    }

    /// <summary>Whether every topic that a filter matches has a history.</summary>
    public bool KeepsAll(TopicFilter filter)
    {
        foreach (var (known, rule) in _rules)
        {
            if (rule.PerTopic == 0 && known.Intersects(filter))
                return false;
            if (rule.PerTopic > 0 && known.Covers(filter))
                return true;
        }

        return _others.PerTopic > 0;
    }
}
