namespace Bridge.Tests.Http;

public sealed class DashboardFilesTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/index.html", "text/html")]
    [InlineData("/app.css", "text/css")]
    [InlineData("/js/app.js", "text/javascript")]
    [InlineData("/icon.svg", "image/svg+xml")]
    public async Task Get_File_HasTheHeadersThatKeepThePageToItself(string path, string contentType)
    {
        using var response = await bridge.GetAsync(new Uri(path, UriKind.Relative), null);

        ((int)response.StatusCode).Should().Be(200);
        response.Content.Headers.ContentType!.MediaType.Should().Be(contentType);
        response.Headers.GetValues("Content-Security-Policy").Single().Should()
            .Contain("default-src 'self'").And.Contain("frame-ancestors 'none'").And.Contain("base-uri 'none'").And.NotContain("unsafe");
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Headers.GetValues("Referrer-Policy").Should().Equal("no-referrer");
        response.Headers.GetValues("Cache-Control").Should().Equal("no-cache");
    }

    [Fact]
    public async Task Get_UnchangedFile_IsNotSentAgain()
    {
        using var first = await bridge.GetAsync(new Uri("/app.css", UriKind.Relative), null);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/app.css", UriKind.Relative));
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var again = await bridge.Client.SendAsync(request);

        ((int)again.StatusCode).Should().Be(304);
    }
}
