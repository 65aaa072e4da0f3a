using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

public sealed class PublishTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private static readonly byte[] Binary = [0, 255];
    private static readonly string[][] Properties = [["unit", "°C"]];

    [Theory]
    [InlineData("\"21.5\"", "21.5")]
    [InlineData("\"\"", "")]
    [InlineData("\"\\u00e9\\ud83d\\ude80 \\\"q\\\"\\n\"", "é🚀 \"q\"\n")]
    [InlineData("\"null\"", "null")]
    [InlineData("21.50", "21.50")]
    [InlineData("12345678901234567890123", "12345678901234567890123")]
    [InlineData("-1e400", "-1e400")]
    [InlineData("true", "true")]
    [InlineData("{ \"a\" : [ 1, { \"b\" : null } ], \"é\" : \"\\u00e9 </b>\" }", "{\"a\":[1,{\"b\":null}],\"é\":\"é </b>\"}")]
    [InlineData("[ ]", "[]")]
    public async Task Post_JsonObject_PublishesTheMessage(string message, string payload)
    {
        var topic = EmbeddedBridge.NewTopic();

        using var response = await bridge.PublishJsonAsync($$"""{ "brokerKey": "embedded", "topic": "{{topic}}", "message": {{message}}, "unknown": 1 }""");

        ((int)response.StatusCode).Should().Be(200, await response.Content.ReadAsStringAsync());
        await ShouldArriveAsync(topic, Encoding.UTF8.GetBytes(payload));
    }

    [Fact]
    public async Task Post_JsonWithBase64_PublishesTheBytes()
    {
        var topic = EmbeddedBridge.NewTopic();

        using var response = await bridge.PublishJsonAsync($$"""{ "brokerKey": "embedded", "topic": "{{topic}}", "messageBase64": "AP/DKA==" }""");

        ((int)response.StatusCode).Should().Be(200);
        await ShouldArriveAsync(topic, [0, 0xFF, 0xC3, 0x28]);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("application/vnd.api+json")]
    public async Task Post_AnyJsonType_IsRead(string contentType)
    {
        using var content = new StringContent("""{"brokerKey":"embedded","topic":"a","message":"1"}""");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var response = await bridge.Client.PostAsync(new Uri("/publish", UriKind.Relative), content);

        ((int)response.StatusCode).Should().Be(200);
    }

    [Theory]
    [InlineData(0, 202)]
    [InlineData(1, 200)]
    [InlineData(2, 200)]
    public async Task Post_Qos_DecidesTheStatusAndIsInTheReceipt(int qos, int status)
    {
        var topic = EmbeddedBridge.NewTopic();

        using var response = await bridge.PublishJsonAsync($$"""{ "brokerKey": "embedded", "topic": "{{topic}}", "message": "1", "qos": {{qos}} }""");

        ((int)response.StatusCode).Should().Be(status);
        var receipt = await response.Content.ReadFromJsonAsync<JsonElement>();
        receipt.EnumerateObject().Select(member => member.Name).Should().Equal("brokerKey", "topic", "qos", "reason");
        receipt.GetProperty("brokerKey").GetString().Should().Be("embedded");
        receipt.GetProperty("topic").GetString().Should().Be(topic);
        receipt.GetProperty("qos").GetInt32().Should().Be(qos);
        receipt.GetProperty("reason").GetString().Should().Be("success");
    }

    [Theory]
    [InlineData("21.5", "21.5")]
    [InlineData("", "")]
    [InlineData("a b&c=d+é🚀%", "a b&c=d+é🚀%")]
    public async Task Post_Form_PublishesTheMessage(string message, string payload)
    {
        var topic = EmbeddedBridge.NewTopic();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["brokerKey"] = "embedded", ["topic"] = topic, ["message"] = message, ["qos"] = "0", ["retain"] = "true",
            ["contentType"] = "text/plain", ["userProperties"] = """[["unit","C"]]""",
        });

        using var response = await bridge.Client.PostAsync(new Uri("/publish", UriKind.Relative), form);

        ((int)response.StatusCode).Should().Be(202, await response.Content.ReadAsStringAsync());
        // A retained empty message deletes what is known.
        if (payload.Length == 0)
            return;
        await ShouldArriveAsync(topic, Encoding.UTF8.GetBytes(payload));
        var envelope = await bridge.GetMessageAsync(topic);
        envelope.GetProperty("retain").GetBoolean().Should().BeTrue();
        envelope.GetProperty("contentType").GetString().Should().Be("text/plain");
        envelope.GetProperty("userProperties")[0].EnumerateArray().Select(part => part.GetString()).Should().Equal("unit", "C");
    }

    [Theory]
    [InlineData("text/plain", new byte[] { 104, 105 })]
    [InlineData("application/json", new byte[] { 123 })]
    [InlineData("application/x-www-form-urlencoded", new byte[] { 97, 61, 98, 37 })]
    [InlineData("application/octet-stream", new byte[] { 0, 255, 195, 40, 13, 10 })]
    [InlineData("multipart/form-data; boundary=x", new byte[] { 45, 45, 120 })]
    [InlineData("image/png", new byte[0])]
    [InlineData(null, new byte[] { 1 })]
    public async Task Post_RawBody_PublishesItsBytesWithItsContentType(string? contentType, byte[] body)
    {
        var topic = EmbeddedBridge.NewTopic();

        using var response = await bridge.PublishRawAsync(topic, body, contentType, "&qos=2");

        ((int)response.StatusCode).Should().Be(200, await response.Content.ReadAsStringAsync());
        await ShouldArriveAsync(topic, body);
        var envelope = await bridge.GetMessageAsync(topic);
        (envelope.TryGetProperty("contentType", out var travelled) ? travelled.GetString() : null).Should().Be(contentType);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Post_EveryProperty_ReachesARealBroker()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await BridgeHost.StartAsync(("Bridge:Brokers:plant:Url", broker.Url));
        await Eventually.HoldsAsync(async () =>
            (await host.Client.GetFromJsonAsync("/brokers/plant")).GetProperty("state").GetString() == "connected");
        await using var subscription = await broker.SubscribeAsync("#", qos: 2);

        using var response = await host.Client.PostAsJsonAsync(new Uri("/publish", UriKind.Relative), new
        {
            brokerKey = "plant", topic = "a/ü", messageBase64 = "AP8=", qos = 2, retain = true, contentType = "text/x", expirySeconds = 600,
            userProperties = Properties, responseTopic = "answers", correlationData = "aWQ=",
        });

        ((int)response.StatusCode).Should().Be(200, await response.Content.ReadAsStringAsync());
        var received = await subscription.WaitForMessageAsync();
        received.Should().BeEquivalentTo(new
        {
            Topic = "a/ü", Payload = Binary, Qos = 2, ContentType = "text/x", ResponseTopic = "answers",
            CorrelationData = "id", ExpirySeconds = "600", UserProperties = "unit:°C",
        });
    }

    private Task ShouldArriveAsync(string topic, byte[] payload) => Eventually.HoldsAsync(async () =>
    {
        using var shown = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, "&format=raw"), null);
        return shown.IsSuccessStatusCode && (await shown.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(payload);
    });
}
