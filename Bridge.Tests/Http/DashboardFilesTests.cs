namespace Bridge.Tests.Http;

public sealed class DashboardFilesTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/index.html", "text/html")]
    [InlineData("/app.css", "text/css")]
    [InlineData("/js/app.js", "text/javascript")]
    [InlineData("/icon.svg", "image/svg+xml")]
    [InlineData("/docs/", "text/html")]
    [InlineData("/docs/docs.js", "text/javascript")]
    [InlineData("/docs/docs.css", "text/css")]
    public async Task Get_File_HasTheHeadersThatKeepThePageToItself(string path, string contentType)
    {
        using var response = await bridge.GetAsync(new Uri(path, UriKind.Relative), null);

        ((int)response.StatusCode).Should().Be(200);
        response.Content.Headers.ContentType!.MediaType.Should().Be(contentType);
        response.Headers.GetValues("Content-Security-Policy").Single().Should()
            .StartWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ")
            .And.NotContain("unsafe");
        response.Headers.GetValues("Cross-Origin-Opener-Policy").Should().Equal("same-origin");
        response.Headers.GetValues("Permissions-Policy").Single().Should().Contain("camera=()");
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Headers.GetValues("Referrer-Policy").Should().Equal("no-referrer");
        response.Headers.GetValues("Cache-Control").Should().Equal("no-cache");
    }

    [Theory]
    [InlineData("/", "img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'")]
    [InlineData("/app.css", "img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'")]
    [InlineData("/docs/", "img-src 'self' data:")]
    [InlineData("/docs/index.html", "img-src 'self' data:")]
    public async Task Get_File_AllowsOnlyTheDocsWhatSwaggerUiNeeds(string path, string policy)
    {
        using var response = await bridge.GetAsync(new Uri(path, UriKind.Relative), null);

        response.Headers.GetValues("Content-Security-Policy").Single().Should().EndWith($"frame-ancestors 'none'; {policy}");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Get_DocsWithoutSlash_LeadsToThemByARelativeAddress(string method)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = bridge.Client.BaseAddress };
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/docs", UriKind.Relative));

        using var response = await client.SendAsync(request);

        ((int)response.StatusCode).Should().Be(302);
        response.Headers.Location!.OriginalString.Should().Be("docs/");
    }

    [Fact]
    public async Task Get_Dashboard_LinksToTheDocsByARelativeAddress() =>
        (await bridge.Client.GetStringAsync(new Uri("/", UriKind.Relative))).Should().Contain("href=\"docs/\"");

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
