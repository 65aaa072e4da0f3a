using System.Security.Cryptography;
using System.Text;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Bridge.Tests.Access;

/// <summary>Bearer tokens that a known key signed.</summary>
public sealed class JwtTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] Sites = ["north", "south/x"];
    private static readonly string[] Roles = ["unheard-of", "viewer"];

    private readonly TestTokens _tokens = new();
    private readonly TestTokens _otherIssuer = new();
    private BridgeHost _bridge = null!;

    public async Task InitializeAsync() => _bridge = await BridgeHost.StartAsync(
    [
        .. _tokens.Settings,
        ("Bridge:Brokers:plant:Url", "mqtt://127.0.0.1:1"),
        ("Bridge:Access:Roles:viewer:Allow:0:Actions:0", "read"),
        ("Bridge:Access:Roles:viewer:Allow:0:Broker", "plant"),
        ("Bridge:Access:Roles:viewer:Allow:0:Topics:0", "users/{user}/#"),
        ("Bridge:Access:Roles:viewer:Allow:0:Topics:1", "sites/{claim:site}/#"),
    ]);

    public async Task DisposeAsync() => await _bridge.DisposeAsync();

    public void Dispose()
    {
        _tokens.Dispose();
        _otherIssuer.Dispose();
    }

    [Fact]
    public async Task Get_Token_MayWhatItsRoleAndClaimsAllow()
    {
        var token = _tokens.Create("bob", "viewer", made => made.Claims["site"] = Sites);

        (await GetAsync(token, "users/bob/a")).Should().Be(404, "nothing is known, and that may be known");
        (await GetAsync(token, "users/eve/a")).Should().Be(403);
        (await GetAsync(token, "sites/north/a")).Should().Be(404);
        (await GetAsync(token, "sites/south/x/a")).Should().Be(403, "a value with a slash would be another topic");
    }

    [Fact]
    public async Task Get_TokenWithSeveralRoles_CountsThoseThereAre()
    {
        var token = _tokens.Create("bob", "", made => made.Claims["role"] = Roles);

        (await GetAsync(token, "users/bob/a")).Should().Be(404);
        (await GetAsync(_tokens.Create("bob", "unheard-of"), "users/bob/a")).Should().Be(403);
    }

    [Fact]
    public async Task Get_TokenThatIsNotRight_IsRefusedWithTheReason()
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var refused = new Dictionary<string, string>
        {
            [_tokens.Create("bob", "viewer", made => made.Expires = now.AddSeconds(-1))] = "The token has run out*",
            [_tokens.Create("bob", "viewer", made => made.NotBefore = now.AddMinutes(5))] = "The token has run out, or does not count yet.",
            [_tokens.Create("bob", "viewer", made => made.Expires = null)] = "The token*run*",
            [_tokens.Create("bob", "viewer", made => made.Audience = "others")] = "The token is for another audience.",
            [_tokens.Create("bob", "viewer", made => made.Issuer = "https://evil.test")] = "The token is of another issuer.",
            [_otherIssuer.Create("bob", "viewer")] = "The token's signature is not one of its issuer.",
            [_tokens.Create("bo\nb", "viewer")] = "The token's claim 'sub' must have no control characters.",
            [WithoutSignature(_tokens.Create("bob", "viewer"))] = "The token's signature*",
            [SignedWithThePublicKey()] = "The token's signature*",
            [Tampered(_tokens.Create("bob", "viewer"))] = "The token's signature*",
            ["not.a.token"] = "The credentials are neither*",
            [new string('x', 2_000)] = "The credentials are neither*",
            ["brk_unknown"] = "The credentials are neither*",
        };

        foreach (var (token, reason) in refused)
        {
            using var request = Request(token, "users/bob/a");
            using var response = await _bridge.Client.SendAsync(request);
            (await response.ShouldBeProblemAsync(401, "unauthenticated")).Should().Match(reason, token);
            response.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme).Should().Equal("Bearer", "Basic");
        }
    }

    [Fact]
    public async Task Get_TokenAboutToRunOut_DoesNotOutliveItInAnyMemory()
    {
        var until = TimeProvider.System.GetUtcNow().AddSeconds(5);
        var token = _tokens.Create("bob", "viewer", made => made.Expires = until.UtcDateTime);

        (await GetAsync(token, "users/bob/a")).Should().Be(404);

        await Eventually.HoldsAsync(async () => await GetAsync(token, "users/bob/a") == 401);
    }

    private static string WithoutSignature(string token)
    {
        var header = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");
        return $"{header}.{token.Split('.')[1]}.";
    }

    private static string Tampered(string token)
    {
        var parts = token.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("bob", "eve", StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}";
    }

    /// <summary>The public key taken for a secret: libraries fell for it (RFC 8725 §2.1).</summary>
    private string SignedWithThePublicKey()
    {
        var content = $"{Base64UrlEncoder.Encode("""{"alg":"HS256","typ":"JWT"}""")}.{_tokens.Create("bob", "viewer").Split('.')[1]}";
        var signature = HMACSHA256.HashData(File.ReadAllBytes(_tokens.KeyFile), Encoding.ASCII.GetBytes(content));
        return $"{content}.{Base64UrlEncoder.Encode(signature)}";
    }

    private static HttpRequestMessage Request(string token, string topic)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/events?brokerKey=plant&topic={topic}", UriKind.Relative));
        request.Headers.Add("Authorization", $"Bearer {token}");
        return request;
    }

    private async Task<int> GetAsync(string token, string topic)
    {
        using var request = Request(token, topic);
        using var response = await _bridge.Client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
