using System.Reflection;
using System.Text;
using System.Text.Json;
using Bridge.Server;
using Bridge.Tests.Support;
using Microsoft.OpenApi;

namespace Bridge.Tests.Http;

public sealed class OpenApiTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private static readonly Uri Address = new("/openapi/v1.json", UriKind.Relative);

    [Fact]
    public async Task Get_Description_IsOpenApi31WithoutAMistake()
    {
        var text = await bridge.Client.GetStringAsync(Address);

        var read = OpenApiDocument.Parse(text, "json");

        read.Diagnostic!.Errors.Should().BeEmpty();
        read.Diagnostic.Warnings.Should().BeEmpty();
        read.Diagnostic.SpecificationVersion.Should().Be(OpenApiSpecVersion.OpenApi3_1);
        read.Document!.Paths.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Get_DescriptionWithAMistake_WouldBeFound()
    {
        var text = await bridge.Client.GetStringAsync(Address);

        var read = OpenApiDocument.Parse(text.Replace("\"responses\":", "\"answers\":", StringComparison.Ordinal), "json");

        read.Diagnostic!.Errors.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Get_Description_HasNoReferenceThatLeadsNowhere()
    {
        var description = await ApiDescription.ReadAsync(bridge.Client);

        var references = ReferencesIn(description.Root).ToList();

        references.Should().HaveCountGreaterThan(100);
        foreach (var reference in references)
            description.Resolve(reference).ValueKind.Should().Be(JsonValueKind.Object);
    }

    [Fact]
    public async Task Get_Description_HasTheVersionOfTheProgram()
    {
        var description = await ApiDescription.ReadAsync(bridge.Client);

        var version = typeof(BridgeBuilder).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        version.Split('+')[0].Should().Be(description.Root.GetProperty("info").GetProperty("version").GetString());
    }

    [Fact]
    public async Task Get_UnchangedDescription_IsNotSentAgain()
    {
        using var first = await bridge.GetAsync(Address, null);
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var again = await bridge.Client.SendAsync(request);
        using var head = await bridge.SendAsync(HttpMethod.Head, Address, null);

        ((int)again.StatusCode).Should().Be(304);
        ((int)head.StatusCode).Should().Be(200);
        (await head.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        first.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        first.Headers.CacheControl!.NoCache.Should().BeTrue();
        first.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
    }

    [Fact]
    public async Task Get_DescriptionFromAnotherOrigin_MayBeReadWhereThatIsConfigured()
    {
        await using var host = await BridgeHost.StartAsync(("Bridge:Cors:Origins:0", "https://app.example"));
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);
        request.Headers.Add("Origin", "https://app.example");

        using var response = await host.Client.SendAsync(request);

        response.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://app.example");
    }

    [Fact]
    public async Task Get_Description_IsWithoutEscapesThatNobodyNeeds() =>
        Encoding.UTF8.GetString(await bridge.Client.GetByteArrayAsync(Address)).Should().Contain("§").And.NotContain("\\u0027");

    private static IEnumerable<JsonElement> ReferencesIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("$ref", out _) => [element],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => ReferencesIn(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(ReferencesIn),
        _ => [],
    };
}
