using System.Net.Http.Headers;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace Bridge.Tests.Access;

/// <summary>Bearer tokens of an authority that is asked for its keys (OpenID Connect Discovery 1.0).</summary>
public sealed class JwtAuthorityTests : IAsyncLifetime, IDisposable
{
    private readonly TestTokens _first = new("first");
    private readonly TestTokens _second = new("second");
    private WebApplication _authority = null!;
    private TestTokens? _current;

    public async Task InitializeAsync()
    {
        _current = _first;
        _authority = await TestServer.StartAsync(_ => { }, app =>
        {
            app.MapGet("/realm/.well-known/openid-configuration", () => _current is null
                ? Results.StatusCode(503)
                : Results.Json(new { issuer = TestTokens.Issuer, jwks_uri = $"{Url}/realm/keys" }));
            app.MapGet("/realm/keys", () => Results.Json(new { keys = new[] { Describe(_current!.Key) } }));
        });
    }

    public async Task DisposeAsync() => await _authority.DisposeAsync();

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task Get_TokenOfTheAuthority_CountsAlsoWithAKeyThatItHasTakenSince()
    {
        await using var bridge = await StartAsync();

        (await GetAsync(bridge, _first.Create("bob", "boss"))).Should().Be(200);
        (await GetAsync(bridge, _second.Create("bob", "boss"))).Should().Be(401, "it is not the authority's key yet");

        _current = _second;

        // Keys are not asked for again at once, or strangers could have the authority asked all day.
        await Eventually.HoldsAsync(async () => await GetAsync(bridge, _second.Create("bob", "boss")) == 200, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Get_AuthorityThatCannotBeAsked_IsToldAndAskedAgain()
    {
        _current = null;
        await using var bridge = await StartAsync();

        (await GetAsync(bridge, _first.Create("bob", "boss"))).Should().Be(503, "nobody knows whether it is right");

        _current = _first;
        await Eventually.HoldsAsync(async () => await GetAsync(bridge, _first.Create("bob", "boss")) == 200, TimeSpan.FromSeconds(60));
    }

    private string Url => _authority.Urls.First();

    private Task<BridgeHost> StartAsync() => BridgeHost.StartAsync(
        ("Bridge:Access:Jwt:Authority", $"{Url}/realm"),
        ("Bridge:Access:Jwt:Audience", TestTokens.Audience),
        ("Bridge:Access:Roles:boss:Administrator", "true"));

    private static async Task<int> GetAsync(BridgeHost bridge, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/brokers", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await bridge.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static object Describe(ECDsaSecurityKey key)
    {
        var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return new { kty = "EC", crv = "P-256", use = "sig", alg = "ES256", kid = key.KeyId, x = Base64UrlEncoder.Encode(point.X), y = Base64UrlEncoder.Encode(point.Y) };
    }
}
