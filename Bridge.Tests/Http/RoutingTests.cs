namespace Bridge.Tests.Http;

public sealed class RoutingTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Theory]
    [InlineData("GET", "/no-such-page")]
    [InlineData("POST", "/no-such-page")]
    [InlineData("GET", "/events/a")]
    [InlineData("GET", "/brokers/embedded/topics")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/lib/no-such-library.js")]
    [InlineData("GET", "/../appsettings.json")]
    [InlineData("GET", "/%2e%2e/appsettings.json")]
    [InlineData("GET", "/..%2fappsettings.json")]
    public async Task Request_UnknownPath_IsAProblem(string method, string path)
    {
        using var response = await bridge.SendAsync(new HttpMethod(method), new Uri(path, UriKind.Relative), null);

        await response.ShouldBeProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("POST", "/events", "GET")]
    [InlineData("DELETE", "/events?brokerKey=embedded&topic=a", "GET")]
    [InlineData("GET", "/publish", "POST")]
    [InlineData("PUT", "/publish?brokerKey=embedded&topic=a", "POST")]
    [InlineData("POST", "/brokers", "GET")]
    [InlineData("TRACE", "/brokers", "GET")]
    [InlineData("BREW", "/brokers/embedded", "GET")]
    public async Task Request_WrongMethod_IsAProblemThatTellsTheRightOne(string method, string path, string allowed)
    {
        using var response = await bridge.SendAsync(new HttpMethod(method), new Uri(path, UriKind.Relative), null);

        await response.ShouldBeProblemAsync(405, "method_not_allowed");
        response.Content.Headers.Allow.Should().Contain(allowed);
    }
}
