using Bridge.Server.Topics;

namespace Bridge.Server.Access;

/// <summary>One topic filter of a role's rules, or what makes somebody an administrator.</summary>
/// <param name="Role">The name of the role; empty where there are no access rules.</param>
/// <param name="IsDeny">Whether it denies; otherwise it allows.</param>
/// <param name="Path">Where it stands in the configuration: <c>Bridge:Access:Roles:viewer:Allow:0:Topics:1</c>.</param>
/// <param name="Filter">The topics, placeholders filled in; null where it holds for everything.</param>
internal sealed record AccessRule(string Role, bool IsDeny, string Path, TopicFilter? Filter)
{
    public override string ToString() => Filter is null ? Path : $"{Path} ({Filter})";
}
