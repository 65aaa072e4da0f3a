namespace Bridge.Tests.Http;

public sealed class AnswerHeadersTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Theory]
    [InlineData("GET", "/brokers", 200)]
    [InlineData("GET", "/brokers/nobody", 404)]
    [InlineData("GET", "/events?brokerKey=embedded&topic=%23", 200)]
    [InlineData("GET", "/events?brokerKey=embedded&topic=%23&format=stream", 200)]
    [InlineData("GET", "/events?brokerKey=nobody&topic=a", 404)]
    [InlineData("POST", "/publish", 415)]
    [InlineData("POST", "/ticket", 200)]
    [InlineData("POST", "/hub/negotiate?negotiateVersion=1", 200)]
    [InlineData("GET", "/openapi/v1.json", 200)]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/no-such-page", 404)]
    [InlineData("GET", "/", 200)]
    [InlineData("GET", "/docs/", 200)]
    public async Task Send_AnyAnswer_IsTakenForWhatItIsAndIncludedByNoOtherSite(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));

        using var response = await bridge.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        ((int)response.StatusCode).Should().Be(status);
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Headers.GetValues("Cross-Origin-Resource-Policy").Should().Equal("same-origin");
    }
}
