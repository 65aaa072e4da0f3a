using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Http;

public sealed class CorsTests
{
    private const string Allowed = "https://app.example";

    [Theory]
    [InlineData(Allowed, "/publish", true)]
    [InlineData(Allowed, "/hub/negotiate", true)]
    [InlineData("https://evil.example", "/publish", false)]
    [InlineData("http://app.example", "/publish", false)]
    [InlineData("https://app.example.evil.example", "/publish", false)]
    [InlineData("https://app.example:8443", "/publish", false)]
    [InlineData("null", "/hub/negotiate", false)]
    public async Task Preflight_Origin_IsAnsweredAsConfigured(string origin, string path, bool isAllowed)
    {
        await using var host = await StartAsync(Allowed);

        using var response = await SendAsync(host, HttpMethod.Options, path, origin, preflight: true);

        Allows(response, origin).Should().Be(isAllowed);
        response.Headers.Contains("Access-Control-Allow-Credentials").Should().Be(isAllowed);
        response.Headers.Contains("Access-Control-Allow-Headers").Should().Be(isAllowed);
    }

    [Theory]
    [InlineData("/brokers", 200)]
    [InlineData("/events?brokerKey=nobody&topic=a", 404)]
    [InlineData("/no-such-page", 404)]
    [InlineData("/publish", 405)]
    public async Task Get_AllowedOrigin_MayReadAnswersAndFailures(string path, int status)
    {
        await using var host = await StartAsync(Allowed);

        using var own = await SendAsync(host, HttpMethod.Get, path, Allowed);
        using var foreign = await SendAsync(host, HttpMethod.Get, path, "https://evil.example");

        ((int)own.StatusCode).Should().Be(status);
        Allows(own, Allowed).Should().BeTrue();
        own.Headers.GetValues("Access-Control-Allow-Credentials").Should().Equal("true");
        own.Headers.Vary.Should().Contain("Origin");
        foreign.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();
    }

    [Fact]
    public async Task Get_NothingConfigured_AllowsNobody()
    {
        await using var host = await StartAsync(null);

        using var preflight = await SendAsync(host, HttpMethod.Options, "/publish", Allowed, preflight: true);
        using var response = await SendAsync(host, HttpMethod.Get, "/brokers", Allowed);

        preflight.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();
        response.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public async Task Get_AnyOriginAllowed_NamesTheOriginAndWarnsAtTheStart(string origin)
    {
        await using var host = await BridgeHost.StartAsync(("Bridge:Cors:Origins:0", "*"), ("Bridge:Cors:AllowAnyOrigin", "true"));

        using var preflight = await SendAsync(host, HttpMethod.Options, "/publish", origin, preflight: true);
        using var response = await SendAsync(host, HttpMethod.Get, "/brokers", origin);

        Allows(preflight, origin).Should().BeTrue();
        Allows(response, origin).Should().BeTrue();
        response.Headers.GetValues("Access-Control-Allow-Credentials").Should().Equal("true");
        ((int)response.StatusCode).Should().Be(200);
        host.Logs.Entries.Items.Should().ContainSingle(entry => entry.EventId.Id == 4002).Which.Level.Should().Be(LogLevel.Warning);
    }

    private static Task<BridgeHost> StartAsync(string? origin) =>
        BridgeHost.StartAsync(origin is null ? [] : [("Bridge:Cors:Origins:0", "https://other.example"), ("Bridge:Cors:Origins:1", origin)]);

    private static async Task<HttpResponseMessage> SendAsync(BridgeHost host, HttpMethod method, string path, string origin, bool preflight = false)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("Origin", origin);
        if (preflight)
        {
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "content-type,x-signalr-user-agent");
        }

        return await host.Client.SendAsync(request);
    }

    private static bool Allows(HttpResponseMessage response, string origin) =>
        response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) && allowed.Single() == origin;
}
