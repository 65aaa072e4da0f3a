namespace Bridge.Server.Access;

/// <summary>The access settings at one time, ready to be asked. It never changes: changed settings make another.</summary>
internal sealed class AccessSnapshot
{
    public AccessSnapshot(AccessOptions options, JwtVerifier? jwt)
    {
        Rules = new AccessRules(options);
        Keys = new ApiKeyStore(options, Rules);
        Certificates = new CertificateStore(options, Rules);
        Jwt = jwt;
        IsOpen = options.IsUnset;
        if (Rules.Anonymous is { } permissions)
            Anonymous = new Identity(user: null, permissions, snapshot => snapshot.Anonymous);
    }

    public AccessRules Rules { get; }

    public ApiKeyStore Keys { get; }

    public CertificateStore Certificates { get; }

    /// <summary>What checks bearer tokens; null where none are accepted.</summary>
    public JwtVerifier? Jwt { get; }

    /// <summary>Those who show no credentials; null: they must show some.</summary>
    public Identity? Anonymous { get; }

    /// <summary>Whether nothing is set, so that everybody may do everything: for those on this machine only.</summary>
    public bool IsOpen { get; }

    /// <summary>What somebody may do; null where that is not known here.</summary>
    /// <param name="user">The name of an API key or a certificate, or with a role any name; null: those who show no credentials.</param>
    /// <param name="role">The role of somebody with a token; null where the settings say it.</param>
    public Permissions? Find(string? user, string? role)
    {
        if (role is not null)
            return Rules.Has(role) ? Rules.For(new Principal(user, role)) : null;
        return user is null ? Anonymous?.Permissions : (Keys.FindHolder(user) ?? Certificates.Find(user))?.Permissions;
    }
}
