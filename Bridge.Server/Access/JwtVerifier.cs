using System.Collections.Concurrent;
using System.Security.Claims;
using Bridge.Contracts;
using Bridge.Server.Messages;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Bridge.Server.Access;

/// <summary>
/// Checks bearer tokens (RFC 7519). The keys of an authority are asked for when they are needed first, again from time to time, and
/// when a token names one that is not known yet (OpenID Connect Discovery 1.0).
/// </summary>
internal sealed class JwtVerifier
{
    /// <summary>As long as an authority may take to answer. Whoever waits for it has a request open.</summary>
    private static readonly TimeSpan AuthorityTimeout = TimeSpan.FromSeconds(10);

    /// <summary>For how long a token that was checked is not checked again: a signature takes longer to check than a value to read.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    /// <summary>So often an authority is asked at most because tokens name keys that are not known: strangers can make up such tokens.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(10);

    private const int MostChecked = 10_000;

    /// <summary>By how much the issuer's clock may be ahead of ours. What has run out by ours has run out.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConcurrentDictionary<ApiKeyHash, CheckedToken> _checked = [];
    private readonly JwtSettings _settings;
    private readonly TokenValidationParameters _parameters;
    private readonly TimeProvider _time;

    public JwtVerifier(JwtSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _parameters = new TokenValidationParameters
        {
            ValidAudience = settings.Audience,
            ValidIssuer = settings.Issuer,
            IssuerSigningKey = settings.KeyPem is { } pem ? JwtKey.Parse(pem) : null,
            // None that a public key could be mistaken in for a secret (RFC 8725 §2.1).
            ValidAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
            LifetimeValidator = (from, to, _, _) => IsCurrent(from, to),
            ConfigurationManager = settings.Authority is { Length: > 0 } authority ? DiscoveryOf(authority) : null,
        };
    }

    /// <summary>Whether it checks what these settings say.</summary>
    public bool IsFor(JwtSettings settings) => settings == _settings;

    /// <summary>Whom a token is for.</summary>
    /// <param name="token">The token.</param>
    /// <param name="rules">What the roles that it names may do.</param>
    /// <exception cref="BridgeException">It is not accepted.</exception>
    public async ValueTask<Identity> VerifyAsync(string token, AccessRules rules)
    {
        var hash = ApiKeyHash.Of(token);
        if (_checked.TryGetValue(hash, out var known) && known.Rules == rules && _time.GetUtcNow() < known.Until)
            return known.Identity;

        await AskForKeysAsync();
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid)
            throw Caller.Unauthenticated(Explain(result.Exception));

        var identity = ToIdentity(result.ClaimsIdentity, result.SecurityToken.ValidTo, rules);
        Remember(hash, identity, rules);
        return identity;
    }

    /// <summary>Whose token cannot be checked is not told that it is wrong: who believes it would throw it away.</summary>
    private async Task AskForKeysAsync()
    {
        if (_parameters.ConfigurationManager is not { } keys)
            return;

        try
        {
            await keys.GetBaseConfigurationAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or HttpRequestException)
        {
            throw new BridgeException(ErrorCodes.Overloaded, "The issuer of tokens cannot be asked for its keys now.") { RetryAfter = AskAgainAfter };
        }
    }

    private void Remember(ApiKeyHash hash, Identity identity, AccessRules rules)
    {
        // Hardly ever, so that it does not matter that those in use are checked once more.
        if (_checked.Count >= MostChecked)
            _checked.Clear();
        var until = _time.GetUtcNow() + Memory;
        _checked[hash] = new CheckedToken(identity, rules, identity.Expires < until ? identity.Expires.Value : until);
    }

    private bool IsCurrent(DateTime? from, DateTime? to)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return now < to && (from is null || from <= now + ClockSkew);
    }

    private Identity ToIdentity(ClaimsIdentity token, DateTime validTo, AccessRules rules)
    {
        var user = token.FindFirst(_settings.UserClaim)?.Value;
        if (user is not null && UserName.FindProblem(user) is { } problem)
            throw Caller.Unauthenticated($"The token's claim '{_settings.UserClaim}' {problem}.");

        var roles = token.FindAll(_settings.RoleClaim).Select(claim => claim.Value).ToList();
        var principal = new Principal(user, roles, token.Claims.ToLookup(claim => claim.Type, claim => claim.Value));
        var expires = new DateTimeOffset(validTo, TimeSpan.Zero);
        return IdentityWith(rules);

        Identity IdentityWith(AccessRules current) =>
            new(user, current.For(principal), snapshot => snapshot.Jwt == this ? IdentityWith(snapshot.Rules) : null, expires);
    }

    /// <summary>In our words: the library's tell what the token holds, and a log or an answer is no place for that.</summary>
    private static string Explain(Exception exception) => exception switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException => "The token has run out, or does not count yet.",
        SecurityTokenNoExpirationException => "The token says no time at which it runs out.",
        SecurityTokenInvalidAudienceException => "The token is for another audience.",
        SecurityTokenInvalidIssuerException => "The token is of another issuer.",
        SecurityTokenMalformedException or ArgumentException => "The credentials are neither an API key that is known here nor a token.",
        _ => "The token's signature is not one of its issuer.",
    };

    private static ConfigurationManager<OpenIdConnectConfiguration> DiscoveryOf(string authority)
    {
        var client = new HttpClient { Timeout = AuthorityTimeout, MaxResponseContentBufferSize = 1_048_576 };
        var documents = new HttpDocumentRetriever(client) { RequireHttps = authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase) };
        return new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{authority.TrimEnd('/')}/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), documents)
        {
            RefreshInterval = AskAgainAfter,
        };
    }

    private sealed record CheckedToken(Identity Identity, AccessRules Rules, DateTimeOffset Until);
}
