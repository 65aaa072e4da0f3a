using Bridge.Server.Configuration;
using Bridge.Server.Topics;

namespace Bridge.Server.Access;

/// <summary>What somebody may do. Made once for a principal, it never changes, and asking it allocates nothing.</summary>
/// <param name="administrator">What makes the principal an administrator, if it is one.</param>
/// <param name="rules">The rules of all its roles.</param>
internal sealed class Permissions(AccessRule? administrator, params RuleSet[] rules)
{
    /// <summary>Those of everybody where there are no access rules.</summary>
    public static Permissions Unrestricted { get; } =
        new(new AccessRule(Role: "", IsDeny: false, $"{BridgeOptions.Section}:{nameof(BridgeOptions.Access)}", Filter: null));

    public bool MayRead(string brokerKey, TopicFilter filter) => Explain(AccessAction.Read, brokerKey, filter).IsAllowed;

    /// <param name="brokerKey">The broker.</param>
    /// <param name="topic">A valid topic name.</param>
    /// <param name="retain">Whether the message is to be retained.</param>
    public bool MayPublish(string brokerKey, string topic, bool retain) =>
        Explain(AccessAction.Publish, brokerKey, topic).IsAllowed && (!retain || Explain(AccessAction.Retain, brokerKey, topic).IsAllowed);

    /// <inheritdoc cref="MayPublish"/>
    public bool MayRequest(string brokerKey, string topic, bool retain) =>
        Explain(AccessAction.Request, brokerKey, topic).IsAllowed && (!retain || Explain(AccessAction.Retain, brokerKey, topic).IsAllowed);

    /// <summary>Whether everything is allowed, also to look at others' permissions.</summary>
    public bool IsAdministrator => administrator is not null;

    /// <summary>Whether an action is allowed on anything.</summary>
    public bool MayEver(AccessAction action) => administrator is not null || Array.Exists(rules, set => set.Allows(action));

    /// <summary>Whether the same rules make up others.</summary>
    public bool AreThoseOf(Permissions other) => IsAdministrator == other.IsAdministrator && Rules.SetEquals(other.Rules);

    private HashSet<string> Rules => [.. rules.SelectMany(set => set.Describe())];

    /// <summary>Whether anything is allowed on the broker.</summary>
    public bool SeesBroker(string brokerKey)
    {
        if (administrator is not null)
            return true;

        foreach (var set in rules)
        {
            if (set.For(brokerKey).AllowsAnything)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Which rule decides on an action: the first that denies any of the topics, otherwise the first that allows them all. The action
    /// <see cref="AccessAction.Retain"/> alone says nothing of the publish that it needs besides.
    /// </summary>
    public AccessDecision Explain(AccessAction action, string brokerKey, AccessTarget target)
    {
        if (administrator is not null)
            return new AccessDecision(true, administrator);
        if (FindDenial(action, brokerKey, target) is { } denial)
            return new AccessDecision(false, denial);

        var grant = FindGrant(action, brokerKey, target);
        return new AccessDecision(grant is not null, grant);
    }

    private AccessRule? FindDenial(AccessAction action, string brokerKey, AccessTarget target)
    {
        foreach (var set in rules)
        {
            var broker = set.For(brokerKey);
            if (broker.Denies(action).FindTouching(target) is { } denial)
                return denial;

            // A request is a message on the topic like any other.
            if (action == AccessAction.Request && broker.Denies(AccessAction.Publish).FindTouching(target) is { } publishDenial)
                return publishDenial;
        }

        return null;
    }

    private AccessRule? FindGrant(AccessAction action, string brokerKey, AccessTarget target)
    {
        foreach (var set in rules)
        {
            if (set.For(brokerKey).Allows(action).FindAround(target) is { } grant)
                return grant;
        }

        return null;
    }
}
