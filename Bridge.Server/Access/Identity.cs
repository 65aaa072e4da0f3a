using System.Security.Claims;

namespace Bridge.Server.Access;

/// <summary>Somebody whose credentials were accepted, or who needs none. The same for all who show the same.</summary>
internal sealed class Identity : ClaimsPrincipal
{
    private const string Scheme = "Bridge";

    private readonly Func<AccessSnapshot, Identity?> _findAgain;

    /// <param name="user">The name; null when there is none.</param>
    /// <param name="permissions">What is allowed.</param>
    /// <param name="findAgain">Whom the same credentials stand for when the settings have changed; null: nobody.</param>
    /// <param name="expires">When the credentials run out; null: never.</param>
    public Identity(string? user, Permissions permissions, Func<AccessSnapshot, Identity?> findAgain, DateTimeOffset? expires = null)
        : base(user is null ? new ClaimsIdentity() : new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user), new Claim(ClaimTypes.Name, user)], Scheme))
    {
        User = user;
        Permissions = permissions;
        Expires = expires;
        _findAgain = findAgain;
    }

    public string? User { get; }

    public Permissions Permissions { get; }

    public DateTimeOffset? Expires { get; }

    /// <summary>Whether the same credentials still stand for the same, with the settings as they are now.</summary>
    public bool IsValidWith(AccessSnapshot current) =>
        _findAgain(current) is { } now && now.User == User && now.Permissions.AreThoseOf(Permissions);
}
