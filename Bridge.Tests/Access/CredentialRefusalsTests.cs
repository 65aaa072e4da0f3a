using System.Net.Http.Headers;
using System.Security.Cryptography;
using Bridge.Server.Access;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Bridge.Tests.Access;

public sealed class CredentialRefusalsTests
{
    private const int Limit = 5;

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Get_WrongKeysTooOften_IsLimitedAndOthersAtTheAddressAreNot()
    {
        await using var scene = await LimitScene.StartAsync(_time, ("RefusalsPerMinute", Limit));
        await ExhaustAsync(scene);

        for (var i = 0; i < 3; i++)
        {
            using var refused = await AskAsync(scene, "Bearer", "wrong");
            (await LimitScene.ShouldBeLimitedAsync(refused, "RefusalsPerMinute", Limit)).Should().Be(60 / Limit);
        }

        using (var malformed = await AskAsync(scene, "Digest", "wrong"))
            await LimitScene.ShouldBeLimitedAsync(malformed, "RefusalsPerMinute", Limit);
        foreach (var client in new[] { scene.One, scene.Nobody })
        {
            using var read = await LimitScene.ReadAsync(client);
            ((int)read.StatusCode).Should().Be(200);
        }

        _time.Advance(TimeSpan.FromSeconds(60.0 / Limit));
        using (var again = await AskAsync(scene, "Bearer", "wrong"))
            await again.ShouldBeProblemAsync(401, "unauthenticated");
        scene.Refusals.Items.Should().Equal(
            [.. Enumerable.Repeat("unauthenticated", Limit), .. Enumerable.Repeat("rate_limited RefusalsPerMinute", 4), "unauthenticated"]);
        scene.RefusalLines.Should().HaveCount(Limit + 2, "those for the limit are one line");
    }

    [Fact]
    public async Task Get_WithoutCredentials_IsAskedForThemHoweverOften()
    {
        await using var scene = await LimitScene.StartAsync(_time, [("Bridge:Access:Anonymous", "")], ("RefusalsPerMinute", Limit));
        await ExhaustAsync(scene);

        for (var i = 0; i < 2 * Limit; i++)
        {
            using var asked = await LimitScene.ReadAsync(scene.Nobody);
            await asked.ShouldBeProblemAsync(401, "unauthenticated");
        }
    }

    [Fact]
    public async Task Get_TicketAndKnownToken_AreTakenAndANewTokenIsNotChecked()
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        folder.Write("jwt.pem", key.ExportSubjectPublicKeyInfoPem());
        await using var scene = await LimitScene.StartAsync(
            _time,
            [
                ("Bridge:Access:Jwt:SigningKeyFile", folder.File("jwt.pem")),
                ("Bridge:Access:Jwt:Issuer", "test"),
                ("Bridge:Access:Jwt:Audience", "bridge"),
            ],
            ("RefusalsPerMinute", Limit));
        var (known, other) = (TokenOf("ann", key), TokenOf("bob", key));
        using (var accepted = await AskAsync(scene, "Bearer", known))
            ((int)accepted.StatusCode).Should().Be(200);
        var ticket = scene.Host.Services.GetRequiredService<TicketStore>().Issue(CallerOf(scene, "one"));
        await ExhaustAsync(scene);

        using (var refused = await AskAsync(scene, "Bearer", other))
            await LimitScene.ShouldBeLimitedAsync(refused, "RefusalsPerMinute", Limit);
        using (var accepted = await AskAsync(scene, "Bearer", known))
            ((int)accepted.StatusCode).Should().Be(200);
        using (var accepted = await LimitScene.ReadAsync(scene.Nobody, $"&ticket={ticket}"))
            ((int)accepted.StatusCode).Should().Be(200);

        _time.Advance(TimeSpan.FromSeconds(60.0 / Limit));
        using (var accepted = await AskAsync(scene, "Bearer", other))
            ((int)accepted.StatusCode).Should().Be(200, "what is accepted takes nothing");
        using (var refused = await AskAsync(scene, "Bearer", "wrong"))
            await refused.ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task PostTicket_MoreThanOneMayHaveOpen_IsLimitedUntilOneIsUsed()
    {
        await using var scene = await LimitScene.StartAsync();
        var tickets = scene.Host.Services.GetRequiredService<TicketStore>();
        var one = CallerOf(scene, "one");
        var first = tickets.Issue(one);
        for (var i = 1; i < 1000; i++)
            tickets.Issue(one);

        using (var refused = await PostTicketAsync(scene.One))
        {
            (await refused.ShouldBeProblemAsync(429, "rate_limited")).Should().StartWith("'one' has 1000 tickets open");
            refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(30));
        }

        using (var other = await PostTicketAsync(scene.Two))
            ((int)other.StatusCode).Should().Be(200);
        tickets.Redeem(first)!.User.Should().Be("one");
        using (var again = await PostTicketAsync(scene.One))
            ((int)again.StatusCode).Should().Be(200);
    }

    private static async Task ExhaustAsync(LimitScene scene)
    {
        for (var i = 0; i < Limit; i++)
        {
            using var refused = await AskAsync(scene, "Bearer", "wrong");
            await refused.ShouldBeProblemAsync(401, "unauthenticated");
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(LimitScene scene, string scheme, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, EmbeddedBridge.EventsUri("t/#"));
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, secret);
        return await scene.Nobody.SendAsync(request);
    }

    private static Task<HttpResponseMessage> PostTicketAsync(HttpClient client) => client.PostAsync(new Uri("/ticket", UriKind.Relative), null);

    private static Caller CallerOf(LimitScene scene, string key) => new(scene.Host.Services.GetRequiredService<AccessControl>().Current.Keys.Find(key)!, null);

    private static string TokenOf(string user, ECDsa key) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = "test",
        Audience = "bridge",
        Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1),
        Claims = new Dictionary<string, object> { ["sub"] = user, ["role"] = "all" },
        SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key), SecurityAlgorithms.EcdsaSha256),
    });
}
