using System.Globalization;
using System.Text;
using System.Text.Json;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

public sealed class PublishArrayTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private const string Good = """{"brokerKey":"embedded","topic":"array","message":"1"}""";

    [Theory]
    [InlineData("[]")]
    [InlineData(" \r\n\t[ ]\n")]
    public async Task Post_EmptyArray_IsAnsweredWithOne(string json)
    {
        using var response = await bridge.PublishJsonAsync(json);

        (await ReadAsync(response, 200)).Should().BeEmpty();
    }

    [Fact]
    public async Task Post_AllGood_AnswersReceiptsInOrder()
    {
        var topics = Enumerable.Range(0, 50).Select(_ => EmbeddedBridge.NewTopic()).ToList();
        var items = topics.Select((topic, index) =>
            $$"""{"brokerKey":"embedded","topic":"{{topic}}","message":{"n":{{index}}},"qos":{{index % 3}}}""");

        using var response = await bridge.PublishJsonAsync($"[{string.Join(',', items)}]");

        var receipts = await ReadAsync(response, 200);
        receipts.Select(receipt => receipt.GetProperty("topic").GetString()).Should().Equal(topics);
        receipts.Select(receipt => receipt.GetProperty("qos").GetInt32()).Should().Equal(Enumerable.Range(0, 50).Select(index => index % 3));
        receipts[0].EnumerateObject().Select(member => member.Name).Should().Equal("brokerKey", "topic", "qos", "reason");
        foreach (var (topic, index) in topics.Select((topic, index) => (topic, index)))
            await Eventually.HoldsAsync(async () => await ShownAsync(topic) == string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{index}}}"));
    }

    public static TheoryData<string, int, string> Mistakes => new()
    {
        { "5", 400, "request_invalid" },
        { "null", 400, "request_invalid" },
        { "\"text\"", 400, "request_invalid" },
        { "[]", 400, "request_invalid" },
        { $"[{Good}]", 400, "request_invalid" },
        { "{}", 400, "message_missing" },
        { """{"brokerKey":"embedded","message":"1"}""", 400, "request_invalid" },
        { """{"brokerKey":"embedded","topic":"a"}""", 400, "message_missing" },
        { """{"brokerKey":"embedded","topic":"a/+","message":"1"}""", 400, "topic_invalid" },
        { """{"brokerKey":"nobody","topic":"a","message":"1"}""", 404, "broker_unknown" },
        { """{"brokerKey":"embedded","topic":"a","message":"1","qos":3}""", 400, "request_invalid" },
        { """{"brokerKey":"embedded","topic":"a","message":"1","topic":"b"}""", 400, "request_invalid" },
        { """{"brokerKey":"embedded","topic":"a","message":{"a":1,"a":2}}""", 400, "request_invalid" },
        { """{"brokerKey":"embedded","topic":"a","message":"\ud800"}""", 400, "request_invalid" },
        { """{"\ud800":1,"brokerKey":"embedded","topic":"a","message":"1"}""", 400, "request_invalid" },
        { """{"brokerKey":"embedded","topic":"a","message":"1","idempotencyKey":""}""", 400, "request_invalid" },
        { $$"""{"brokerKey":"embedded","topic":"a","message":"{{new string('x', 262_145)}}"}""", 413, "payload_too_large" },
        { $$"""{"brokerKey":"embedded","topic":"a","message":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""", 400, "request_invalid" },
    };

    [Fact]
    public async Task Post_ItemsWithMistakes_HaveTheirProblemsAndTheOthersGo()
    {
        foreach (var row in Mistakes)
        {
            var topic = EmbeddedBridge.NewTopic();
            var good = Good.Replace("array", topic, StringComparison.Ordinal);

            using var response = await bridge.PublishJsonAsync($"[{good},{row[0]},{good}]");

            var answers = await ReadAsync(response, 207);
            answers.Should().HaveCount(3);
            answers[0].GetProperty("topic").GetString().Should().Be(topic);
            answers[2].GetProperty("topic").GetString().Should().Be(topic);
            answers[1].GetProperty("status").GetInt32().Should().Be((int)row[1]!, answers[1].GetRawText());
            answers[1].GetProperty("code").GetString().Should().Be((string)row[2]!);
            answers[1].EnumerateObject().Select(member => member.Name).Should().BeEquivalentTo("title", "status", "detail", "code");
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[{}")]
    [InlineData("[{},]")]
    [InlineData("[{}] x")]
    [InlineData("[nonsense]")]
    [InlineData("[}")]
    public async Task Post_NoJson_IsRequestInvalidAsAWhole(string json)
    {
        using var response = await bridge.PublishJsonAsync(json.Replace("{}", Good, StringComparison.Ordinal));

        await response.ShouldBeProblemAsync(400, "request_invalid");
    }

    [Fact]
    public async Task Post_ArrayInLatin1_IsRequestInvalid()
    {
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes("[\"é\"]"));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");

        using var response = await bridge.Client.PostAsync(new Uri("/publish", UriKind.Relative), content);

        await response.ShouldBeProblemAsync(400, "request_invalid");
    }

    [Fact]
    public async Task Post_MoreThanOneRequestMayHold_IsTooLarge()
    {
        using var items = await bridge.PublishJsonAsync($"[{string.Join(',', Enumerable.Repeat("0", 10_001))}]");
        using var most = await bridge.PublishJsonAsync($"[{string.Join(',', Enumerable.Repeat("0", 10_000))}]");
        using var bytes = await bridge.PublishJsonAsync($"[\"{new string('x', (6 * 262_144) + 131_072)}\"]");

        await items.ShouldBeProblemAsync(413, "payload_too_large");
        (await ReadAsync(most, 207)).Should().HaveCount(10_000);
        await bytes.ShouldBeProblemAsync(413, "payload_too_large");
    }

    [Fact]
    public async Task Post_ArrayAsForm_IsNoArray()
    {
        using var content = new StringContent($"[{Good}]", Encoding.UTF8, "application/x-www-form-urlencoded");

        using var response = await bridge.Client.PostAsync(new Uri("/publish", UriKind.Relative), content);

        await response.ShouldBeProblemAsync(400, "message_missing");
    }

    internal static async Task<IReadOnlyList<JsonElement>> ReadAsync(HttpResponseMessage response, int status)
    {
        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, body);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        return [.. JsonSerializer.Deserialize<JsonElement>(body).EnumerateArray()];
    }

    private async Task<string?> ShownAsync(string topic)
    {
        using var shown = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, "&format=raw"), null);
        return shown.IsSuccessStatusCode ? await shown.Content.ReadAsStringAsync() : null;
    }
}
