namespace Bridge.Server.Access;

/// <summary>
/// Which bearer tokens (RFC 7519) are accepted: those of an <c>Authority</c>, or those that a known key signed. They must say when they
/// run out (<c>exp</c>); connections that began with one end then.
/// </summary>
public sealed class JwtOptions
{
    /// <summary>
    /// The issuer's URL, where its keys can be asked for (OpenID Connect Discovery): <c>https</c>, or <c>http</c> on this machine. Set
    /// this or a <see cref="SigningKeyFile"/>.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>The issuer (<c>iss</c>) of the tokens. Required with a <see cref="SigningKeyFile"/>; otherwise the authority says it.</summary>
    public string? Issuer { get; set; }

    /// <summary>The audience (<c>aud</c>) that a token must be for. Required: without it, tokens for others would do.</summary>
    public string Audience { get; set; } = "";

    /// <summary>A PEM file with the public key (RSA or elliptic curve), or the certificate, that the tokens are signed with. A relative path is relative to the content root.</summary>
    public string? SigningKeyFile { get; set; }

    /// <summary>The claim that has the user's name, the value of <c>{user}</c> in topics. Default <c>sub</c>, which no user can change.</summary>
    public string UserClaim { get; set; } = "sub";

    /// <summary>The claim that has the names of the token's roles. Names that are no roles here say nothing. Default <c>role</c>.</summary>
    public string RoleClaim { get; set; } = "role";
}
