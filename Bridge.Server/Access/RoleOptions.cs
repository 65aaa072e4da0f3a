namespace Bridge.Server.Access;

/// <summary>What those who have a role may do: what a rule allows and none denies.</summary>
public sealed class RoleOptions
{
    /// <summary>Whether they may do everything; then there can be no rules. Default false.</summary>
    public bool Administrator { get; set; }

    /// <summary>What is allowed. To read a topic filter, all of it must be allowed by one topic filter here.</summary>
    public List<RuleOptions> Allow { get; set; } = [];

    /// <summary>What is denied, whatever allows it. A topic filter that has a single denied topic in it cannot be read.</summary>
    public List<RuleOptions> Deny { get; set; } = [];
}
