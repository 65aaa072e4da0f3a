using System.Globalization;
using System.Text;
using System.Text.Json;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

/// <summary>Payloads and topics as large as they may be, and one byte larger, in every kind of body.</summary>
public sealed class PublishLimitTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private const int Limit = 262_144;

    [Theory]
    [InlineData("json")]
    [InlineData("json of control characters")]
    [InlineData("json with base64")]
    [InlineData("json number")]
    [InlineData("form")]
    [InlineData("form, percent-encoded")]
    [InlineData("form with base64")]
    [InlineData("raw")]
    public async Task Post_PayloadAtTheLimit_IsPublishedAndOneByteMoreIsTooLarge(string kind)
    {
        var topic = EmbeddedBridge.NewTopic();

        using var accepted = await PostAsync(kind, topic, Limit);
        using var refused = await PostAsync(kind, topic, Limit + 1);

        ((int)accepted.StatusCode).Should().Be(200, await accepted.Content.ReadAsStringAsync());
        await refused.ShouldBeProblemAsync(413, "payload_too_large");
        await Eventually.HoldsAsync(async () =>
        {
            using var shown = await bridge.SendAsync(HttpMethod.Head, EmbeddedBridge.EventsUri(topic, "&format=raw"), null);
            return shown.Content.Headers.ContentLength == Limit;
        });
    }

    [Theory]
    [InlineData("json")]
    [InlineData("raw")]
    public async Task Post_LongestTopic_IsPublishedAndOneByteMoreIsRefused(string kind)
    {
        var longest = new string('é', 32_767) + "a";

        using var accepted = await PostAsync(kind, longest, 1);
        using var refused = await PostAsync(kind, longest + "a", 1);

        ((int)accepted.StatusCode).Should().Be(200, await accepted.Content.ReadAsStringAsync());
        await refused.ShouldBeProblemAsync(400, "topic_invalid");
    }

    [Theory]
    [InlineData(128, 200)]
    [InlineData(129, 400)]
    public async Task Post_ManyLevels_AreBounded(int levels, int status)
    {
        using var response = await PostAsync("json", string.Join('/', Enumerable.Repeat("l", levels)), 1);

        ((int)response.StatusCode).Should().Be(status);
    }

    [ToolTheory(Tool.Curl)]
    [InlineData("?brokerKey=embedded&topic=huge", "text/plain")]
    [InlineData("", "application/json")]
    [InlineData("", "application/x-www-form-urlencoded")]
    public async Task Post_HugeChunkedBody_IsRefusedEarly(string query, string contentType)
    {
        using var folder = new TemporaryFolder();
        await using (var file = File.Create(folder.File("huge")))
            file.SetLength(100 * 1024 * 1024);

        var response = await Curl.RunAsync(
            "-X", "POST", "-T", folder.File("huge"), "-H", "Transfer-Encoding: chunked", "-H", $"Content-Type: {contentType}",
            "-w", "\n%{size_upload}", $"{bridge.Host.Url}/publish{query}");

        response.Status.Should().Be(413);
        response.Text.Should().Contain("payload_too_large");
        // More than the limit only because the kernel and both ends have buffers.
        long.Parse(response.Text.Split('\n')[^1], CultureInfo.InvariantCulture).Should().BeLessThan(50 * 1024 * 1024);
    }

    [ToolFact(Tool.Curl)]
    public async Task Post_HugeContentLength_IsRefusedBeforeTheBodyIsSent()
    {
        var response = await Curl.RunAsync(
            "-X", "POST", "-H", "Content-Length: 104857600", "-H", "Content-Type: text/plain", "-H", "Expect: 100-continue",
            "--data-binary", "x", $"{bridge.Host.Url}/publish?brokerKey=embedded&topic=a");

        response.Status.Should().Be(413);
        response.Text.Should().Contain("payload_too_large");
    }

    [Fact]
    public async Task Post_NoLimit_TakesWhatIsLargerThanAnyDefault()
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:Limits:MaxPayloadBytes", "0"));

        using var response = await host.Client.PostAsync(
            new Uri("/publish?brokerKey=embedded&topic=a", UriKind.Relative), new ByteArrayContent(new byte[31_000_000]));

        ((int)response.StatusCode).Should().Be(200, await response.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> PostAsync(string kind, string topic, int length)
    {
        var payload = new string(kind switch { "json of control characters" => '\u0001', "json number" => '7', _ => 'x' }, length);
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload));
        return kind switch
        {
            "json" => bridge.PublishJsonAsync(JsonSerializer.Serialize(new { brokerKey = "embedded", topic, message = payload })),
            "json of control characters" => bridge.PublishJsonAsync(JsonSerializer.Serialize(new { brokerKey = "embedded", topic, message = payload })),
            "json with base64" => bridge.PublishJsonAsync(JsonSerializer.Serialize(new { brokerKey = "embedded", topic, messageBase64 = base64 })),
            "json number" => bridge.PublishJsonAsync($$"""{"brokerKey":"embedded","topic":"{{topic}}","message":{{payload}}}"""),
            "form" => PostFormAsync($"brokerKey=embedded&topic={topic}&message={payload}"),
            "form, percent-encoded" => PostFormAsync($"brokerKey=embedded&topic={topic}&message={payload.Replace("x", "%78", StringComparison.Ordinal)}"),
            "form with base64" => PostFormAsync($"brokerKey=embedded&topic={topic}&messageBase64={Uri.EscapeDataString(base64)}"),
            "raw" => bridge.PublishRawAsync(topic, Encoding.UTF8.GetBytes(payload)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind.ToString(CultureInfo.InvariantCulture)),
        };
    }

    private Task<HttpResponseMessage> PostFormAsync(string form) => bridge.Client.PostAsync(
        new Uri("/publish", UriKind.Relative), new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"));
}
