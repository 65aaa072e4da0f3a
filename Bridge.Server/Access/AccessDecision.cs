namespace Bridge.Server.Access;

/// <summary>Whether something is allowed, and the rule that decides it; no rule where none allows it.</summary>
internal readonly record struct AccessDecision(bool IsAllowed, AccessRule? Rule)
{
    public override string ToString() => Rule is null ? "no rule allows it" : $"{(IsAllowed ? "allowed" : "denied")} by {Rule}";
}
