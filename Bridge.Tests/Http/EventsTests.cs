using System.Text;
using System.Text.Json;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

public sealed class EventsTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private static readonly byte[] Binary = [0, 0xFF, 0xC3, 0x28];

    public static TheoryData<string> NastyTexts => new(
        "21.5", "", " ", "\"quoted\" \\ back\\slash /", "é ü ß", "漢字", "🚀👩‍👩‍👧", "</script><!-- &lt; ' ` +",
        "\u0000\u0001\u0008\t\n\u000b\u000c\r\u001f", "\u007f\u0080\u009f", "\u2028\u2029\u00a0\ufeff", "\uffff\ufffe\ue000\ufffd",
        "{\"a\": [1, 2.50, \"\\u0041\"]}", "\U0010FFFF");

    [ToolTheory(Tool.Node)]
    [MemberData(nameof(NastyTexts))]
    public async Task Get_ExactTopic_WritesTheTextAsJsonStringifyDoes(string text)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, text);

        var shown = await bridge.Client.GetByteArrayAsync(EmbeddedBridge.EventsUri(topic));

        const string Script = "process.stdout.write(JSON.stringify(require('fs').readFileSync(0).toString('utf8')))";
        var node = await ProcessRun.RunAsync(Tools.Node, ["-e", Script], Encoding.UTF8.GetBytes(text));
        Encoding.UTF8.GetString(shown).Should().Be(node.Text);
    }

    [Fact]
    public async Task Get_JsonPayload_IsReadByParsingTwice()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, """{"temperature": 21.5, "unit": "°C"}""");

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), null);

        var text = JsonSerializer.Deserialize<string>(await response.Content.ReadAsStringAsync())!;
        JsonSerializer.Deserialize<JsonElement>(text).GetProperty("temperature").GetDouble().Should().Be(21.5);
        response.Content.Headers.ContentType!.ToString().Should().Be("application/json; charset=utf-8");
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Headers.CacheControl!.NoCache.Should().BeTrue();
    }

    [Theory]
    [InlineData(null, "application/octet-stream")]
    [InlineData("text/plain", "text/plain")]
    [InlineData("text/plain; charset=utf-8", "text/plain; charset=utf-8")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/senml+json", "application/senml+json")]
    [InlineData("image/png", "image/png")]
    [InlineData("text/html", "application/octet-stream")]
    [InlineData("TEXT/HTML; charset=utf-8", "application/octet-stream")]
    [InlineData("image/svg+xml", "application/octet-stream")]
    [InlineData("application/xhtml+xml", "application/octet-stream")]
    [InlineData("application/javascript", "application/octet-stream")]
    [InlineData("text/javascript", "application/octet-stream")]
    [InlineData("text/css", "application/octet-stream")]
    [InlineData("text/plain, text/html", "application/octet-stream")]
    [InlineData("no media type", "application/octet-stream")]
    public async Task Get_Raw_HasTheContentTypeOnlyWhenSafe(string? published, string shown)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "<script>alert(1)</script>", published);

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, "&format=raw"), null);

        response.Content.Headers.ContentType!.ToString().Should().Be(shown);
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        (await response.Content.ReadAsStringAsync()).Should().Be("<script>alert(1)</script>");
    }

    [Fact]
    public async Task Get_RawWithAContentTypeThatNoHeaderHolds_HasNone()
    {
        var topic = EmbeddedBridge.NewTopic();
        using var published = await bridge.PublishJsonAsync(
            $$"""{"brokerKey":"embedded","topic":"{{topic}}","message":"1","contentType":"text/plain; name=\"é\""}""");
        await Eventually.HoldsAsync(async () => (await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), null)).IsSuccessStatusCode);

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, "&format=raw"), null);

        response.Content.Headers.ContentType!.ToString().Should().Be("application/octet-stream");
        (await bridge.GetMessageAsync(topic)).GetProperty("contentType").GetString().Should().Be("text/plain; name=\"é\"");
    }

    [Fact]
    public async Task Get_RawBinary_ReturnsTheBytes()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, Binary);

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, "&format=raw"), null);

        (await response.Content.ReadAsByteArrayAsync()).Should().Equal(Binary);
        response.Content.Headers.ContentLength.Should().Be(Binary.Length);
    }

    [Fact]
    public async Task Get_BinaryAsJson_IsNotAcceptable()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, Binary);

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), null);

        (await response.ShouldBeProblemAsync(406, "not_acceptable")).Should().Contain("format=raw");
    }

    [Fact]
    public async Task Get_Message_IsTheEnvelope()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "21.5", "text/plain", "&qos=0");

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, "&format=message"), null);

        response.Content.Headers.ContentType!.MediaType.Should().Be("application/vnd.bridge.message+json");
        var envelope = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        envelope.EnumerateObject().Select(member => member.Name).Should().Equal(
            "brokerKey", "topic", "message", "qos", "retain", "receivedAt", "cursor", "source", "contentType", "userProperties");
        envelope.GetProperty("message").GetString().Should().Be("21.5");
        envelope.GetProperty("qos").GetInt32().Should().Be(0);
        envelope.GetProperty("retain").GetBoolean().Should().BeFalse();
        envelope.GetProperty("source").GetString().Should().Be("live");
        envelope.GetProperty("receivedAt").GetString().Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
    }

    [Fact]
    public async Task Get_BinaryAsMessage_IsBase64()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, Binary);

        var envelope = await bridge.GetMessageAsync(topic);

        envelope.GetProperty("messageBase64").GetBytesFromBase64().Should().Equal(Binary);
        envelope.TryGetProperty("message", out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("&format=raw")]
    [InlineData("&format=message")]
    public async Task Head_KnownTopic_HasTheHeadersAndNoBody(string format)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "21.5", "text/plain");

        using var got = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, format), null);
        using var head = await bridge.SendAsync(HttpMethod.Head, EmbeddedBridge.EventsUri(topic, format), null);

        ((int)head.StatusCode).Should().Be(200);
        head.Content.Headers.ContentType.Should().Be(got.Content.Headers.ContentType);
        (await head.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("never-published", 404, "no_message")]
    [InlineData("deleted", 404, "no_message")]
    public async Task Get_NothingKnown_IsNoMessage(string topic, int status, string code)
    {
        await bridge.SeedAsync("deleted", "1", rest: "&retain=true");
        using var deleted = await bridge.PublishRawAsync("deleted", [], rest: "&retain=true");
        await Eventually.HoldsAsync(async () => !(await bridge.GetAsync(EmbeddedBridge.EventsUri("deleted"), null)).IsSuccessStatusCode);

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), null);

        await response.ShouldBeProblemAsync(status, code);
    }
}
