using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Bridge.Tests.Support;

/// <summary>An issuer of bearer tokens, with a key of its own.</summary>
internal sealed class TestTokens : IDisposable
{
    public const string Issuer = "https://login.test";
    public const string Audience = "bridge";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TemporaryFolder _folder = new();

    public TestTokens(string keyId = "one")
    {
        Key = new ECDsaSecurityKey(_key) { KeyId = keyId };
        KeyFile = _folder.Write("jwt.pem", _key.ExportSubjectPublicKeyInfoPem());
    }

    public ECDsaSecurityKey Key { get; }

    /// <summary>The public key in PEM.</summary>
    public string KeyFile { get; }

    /// <summary>The settings with which the bridge accepts the tokens.</summary>
    public (string Key, string? Value)[] Settings =>
    [
        ("Bridge:Access:Jwt:SigningKeyFile", KeyFile),
        ("Bridge:Access:Jwt:Issuer", Issuer),
        ("Bridge:Access:Jwt:Audience", Audience),
    ];

    /// <summary>A token of a user with a role, that runs out an hour from now unless <paramref name="change"/> says otherwise.</summary>
    public string Create(string user, string role, Action<SecurityTokenDescriptor>? change = null)
    {
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1),
            Claims = new Dictionary<string, object> { ["sub"] = user, ["role"] = role },
            SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.EcdsaSha256),
        };
        change?.Invoke(descriptor);
        return Register(new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor));
    }

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    private static string Register(string token)
    {
        Secrets.Add(token);
        return token;
    }
}
