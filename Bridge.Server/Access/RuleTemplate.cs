using Bridge.Server.Topics;

namespace Bridge.Server.Access;

/// <summary>One topic filter of a rule, before it is filled in.</summary>
internal sealed record RuleTemplate(string Role, bool IsDeny, string Path, string Broker, IReadOnlyList<AccessAction> Actions, TopicTemplate Topics)
{
    /// <summary>The broker of rules for all of them.</summary>
    public const string AnyBroker = "*";

    public IEnumerable<BrokerRule> Fill(Principal principal) =>
        Topics.Fill(principal, IsDeny).Select(filter => new BrokerRule(Broker, Actions, filter, new AccessRule(Role, IsDeny, Path, filter)));
}

/// <summary>One topic filter of a rule, with what it holds for.</summary>
internal readonly record struct BrokerRule(string Broker, IReadOnlyList<AccessAction> Actions, TopicFilter Filter, AccessRule Rule);
