namespace Bridge.Server.Access;

/// <summary>The configured roles, and what those who have them may do.</summary>
internal sealed class AccessRules
{
    private readonly Dictionary<string, Role> _roles;

    public AccessRules(AccessOptions access)
    {
        _roles = access.Roles.ToDictionary(role => role.Key, role => new Role(role.Key, role.Value));
        if (access.IsUnset)
            Anonymous = Permissions.Unrestricted;
        else if (access.AllowsAnonymous)
            Anonymous = For(new Principal(user: null, access.Anonymous!));
    }

    /// <summary>What those may do who show no credentials; null: they must show some.</summary>
    public Permissions? Anonymous { get; }

    /// <summary>Whether there is a role of this name.</summary>
    public bool Has(string role) => _roles.ContainsKey(role);

    /// <summary>What a principal may do.</summary>
    public Permissions For(Principal principal)
    {
        Role[] roles = [.. principal.Roles.Distinct().Select(name => _roles.GetValueOrDefault(name)).OfType<Role>()];
        return roles.FirstOrDefault(role => role.Administrator is not null) is { } administrator
            ? new Permissions(administrator.Administrator)
            : new Permissions(null, [.. roles.SelectMany(role => role.RulesFor(principal))]);
    }
}
