using Bridge.Server.Configuration;

namespace Bridge.Server.Access;

/// <summary>Finds what is wrong with one role's options.</summary>
internal static class RoleOptionsValidator
{
    public static void Check(RoleOptions role, OptionsChecks checks, IReadOnlyCollection<string> brokerKeys)
    {
        if (role.Administrator && role.Allow.Count + role.Deny.Count > 0)
            checks.Fail(nameof(role.Administrator), "an administrator may do everything: there can be no Allow and no Deny");
        CheckRules(role.Allow, checks.At(nameof(role.Allow)), brokerKeys);
        CheckRules(role.Deny, checks.At(nameof(role.Deny)), brokerKeys);
    }

    private static void CheckRules(List<RuleOptions> rules, OptionsChecks checks, IReadOnlyCollection<string> brokerKeys)
    {
        foreach (var (i, rule) in rules.Index())
        {
            var key = $"{i}";
            CheckActions(rule, checks.At(key));
            CheckBroker(rule, checks.At(key), brokerKeys);
            CheckTopics(rule, checks.At(key));
        }
    }

    private static void CheckActions(RuleOptions rule, OptionsChecks checks)
    {
        if (rule.Actions.Count == 0)
            checks.Fail(nameof(rule.Actions), $"must list some of {string.Join(", ", AccessActions.Names)}");
        foreach (var (i, action) in rule.Actions.Index())
        {
            if (!AccessActions.Names.Contains(action))
                checks.Fail($"{nameof(rule.Actions)}:{i}", $"'{action}' is none of {string.Join(", ", AccessActions.Names)}");
        }
    }

    private static void CheckBroker(RuleOptions rule, OptionsChecks checks, IReadOnlyCollection<string> brokerKeys)
    {
        if (rule.Broker.Length == 0)
            checks.Fail(nameof(rule.Broker), $"is needed: a broker's key, or {RuleTemplate.AnyBroker} for all");
        else if (rule.Broker != RuleTemplate.AnyBroker && !brokerKeys.Contains(rule.Broker))
            checks.Fail(nameof(rule.Broker), $"there is no broker '{rule.Broker}'");
    }

    private static void CheckTopics(RuleOptions rule, OptionsChecks checks)
    {
        if (rule.Topics.Count == 0)
            checks.Fail(nameof(rule.Topics), "must list at least one topic filter");
        foreach (var (i, topic) in rule.Topics.Index())
        {
            if (TopicTemplate.TryParse(topic, out var problem) is null)
                checks.Fail($"{nameof(rule.Topics)}:{i}", problem!);
        }
    }
}
