namespace Bridge.Server.Access;

/// <summary>What decides which bearer tokens are accepted.</summary>
/// <param name="Authority">The issuer's URL; null where there is a key.</param>
/// <param name="Issuer">The issuer; null where the authority says it.</param>
/// <param name="Audience">The audience.</param>
/// <param name="UserClaim">The claim with the user's name.</param>
/// <param name="RoleClaim">The claim with the roles' names.</param>
/// <param name="KeyPem">The public key in PEM; null where there is an authority.</param>
internal sealed record JwtSettings(string? Authority, string? Issuer, string Audience, string UserClaim, string RoleClaim, string? KeyPem)
{
    public static JwtSettings Read(JwtOptions options, string contentRoot) => new(
        options.Authority,
        string.IsNullOrEmpty(options.Issuer) ? null : options.Issuer,
        options.Audience,
        options.UserClaim,
        options.RoleClaim,
        string.IsNullOrEmpty(options.SigningKeyFile) ? null : File.ReadAllText(Path.GetFullPath(options.SigningKeyFile, contentRoot)));
}
