namespace Bridge.Server.Access;

/// <summary>What is known of somebody whose credentials were accepted.</summary>
/// <param name="User">The name; null when there is none.</param>
/// <param name="Roles">The names of the roles; those that are not configured say nothing.</param>
/// <param name="Claims">The claims, under the names that the token has for them; a claim may have several values.</param>
internal sealed record Principal(string? User, IReadOnlyCollection<string> Roles, ILookup<string, string> Claims)
{
    private static readonly ILookup<string, string> NoClaims = Array.Empty<string>().ToLookup(claim => claim);

    public Principal(string? user, params IReadOnlyCollection<string> roles)
        : this(user, roles, NoClaims)
    {
    }
}
