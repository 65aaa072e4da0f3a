using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

/// <summary><c>POST /request</c>: bodies as <c>POST /publish</c> takes them, answers as <c>GET /events</c> shows values.</summary>
public sealed class RequestTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Theory]
    [InlineData("", null, "application/json", "\"say \\\"21.5 °C\\\"\"")]
    [InlineData("?format=raw", null, "text/plain", "say \"21.5 °C\"")]
    [InlineData("", "text/plain", "text/plain", "say \"21.5 °C\"")]
    [InlineData("?format=json", "text/plain", "application/json", "\"say \\\"21.5 °C\\\"\"")]
    public async Task Post_Json_IsAnsweredInTheFormAskedFor(string query, string? accept, string type, string expected)
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic, (self, request) =>
            self.ReplyAsync(request, "say \"21.5 °C\""u8.ToArray(), reply => reply.ContentType = "text/plain"));

        using var response = await PostAsync(query, Json(topic), accept);

        ((int)response.StatusCode).Should().Be(200);
        response.Content.Headers.ContentType!.MediaType.Should().Be(type);
        (await response.Content.ReadAsStringAsync()).Should().Be(expected);
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Theory]
    [InlineData("?format=message", "")]
    [InlineData("", ",\"format\":\"message\"")]
    public async Task Post_ForTheMessage_IsAnsweredWithTheEnvelope(string query, string member)
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic, (self, request) => self.ReplyAsync(request, [0xFF]));

        using var response = await PostAsync(query, Json(topic, member));

        response.Content.Headers.ContentType!.MediaType.Should().Be("application/vnd.bridge.message+json");
        var envelope = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        envelope.EnumerateObject().Select(property => property.Name).Should().Equal(
            "brokerKey", "topic", "messageBase64", "qos", "retain", "receivedAt", "source");
        envelope.GetProperty("messageBase64").GetBytesFromBase64().Should().Equal(0xFF);
    }

    [Fact]
    public async Task Post_ForAStream_IsNotAcceptable()
    {
        using var response = await PostAsync("", Json(EmbeddedBridge.NewTopic()), "text/event-stream");

        await response.ShouldBeProblemAsync(406, ErrorCodes.NotAcceptable);
    }

    [Fact]
    public async Task Stop_SomebodyWaitsForAReply_IsToldAtOnce()
    {
        await using var host = await EmbeddedBridge.StartAsync();
        var waiting = host.Client.PostAsync("/request?brokerKey=embedded&topic=nobody&timeoutSeconds=60", null);
        await host.WaitForBrokerAsync("embedded", broker => broker.RequestsWaiting == 1);

        await host.StopAsync();

        using var response = await waiting.WaitAsync(Eventually.DefaultTimeout);
        await response.ShouldBeProblemAsync(503, ErrorCodes.BrokerDisconnected);
    }

    [Fact]
    public async Task Post_Form_IsAsked()
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["brokerKey"] = "embedded",
            ["topic"] = topic,
            ["message"] = "1 + 1",
            ["timeoutSeconds"] = "7.5",
            ["format"] = "raw",
        });

        using var response = await PostAsync("", form);

        (await response.Content.ReadAsStringAsync()).Should().Be("1 + 1");
        responder.Requests.Items.Should().ContainSingle().Which.MessageExpiryInterval.Should().BeInRange(4, 8);
    }

    [Fact]
    public async Task Post_RawBody_IsAskedWithItsContentType()
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic);
        var payload = new byte[] { 0, 0xFF, (byte)'"' };
        using var content = new ByteArrayContent(payload);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-question");

        using var response = await PostAsync($"?brokerKey=embedded&topic={topic}&qos=0&timeoutSeconds=5&format=raw", content);

        (await response.Content.ReadAsByteArrayAsync()).Should().Equal(payload);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/octet-stream");
        var request = responder.Requests.Items.Should().ContainSingle().Subject;
        (request.ContentType, request.QualityOfServiceLevel).Should().Be(("application/x-question", MQTTnet.Protocol.MqttQualityOfServiceLevel.AtMostOnce));
    }

    [Theory]
    [InlineData("?format=json", null)]
    [InlineData("", "application/json")]
    public async Task Post_ReplyThatIsNoTextAskedForAsJson_IsNotAcceptable(string query, string? accept)
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic, (self, request) => self.ReplyAsync(request, [0xFF]));

        using var response = await PostAsync(query, Json(topic), accept);

        await response.ShouldBeProblemAsync(406, "not_acceptable");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    public async Task Post_ReplyThatIsNoTextInWhateverForm_IsTheMessage(string? accept)
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic, (self, request) => self.ReplyAsync(request, [0xFF]));

        using var response = await PostAsync("", Json(topic), accept);

        response.Content.Headers.ContentType!.MediaType.Should().Be("application/vnd.bridge.message+json");
        JsonSerializer.Deserialize<BridgeMessage>(await response.Content.ReadAsStringAsync())!.Payload.ToArray().Should().Equal(0xFF);
    }

    [Fact]
    public async Task Post_TimeInTheQueryBesideAJsonBody_IsToldAndNotIgnored()
    {
        using var response = await PostAsync("?timeoutSeconds=1", Json(EmbeddedBridge.NewTopic()));

        (await response.ShouldBeProblemAsync(400, ErrorCodes.RequestInvalid)).Should().Contain("timeoutSeconds");
    }

    [Fact]
    public async Task Post_NotAnswered_IsReplyTimeout()
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic, (_, _) => Task.CompletedTask);

        using var response = await PostAsync("", Json(topic, ",\"timeoutSeconds\":2.5"));

        (await response.ShouldBeProblemAsync(504, "reply_timeout")).Should().Contain("2.5 s");
        (await responder.Requests.WaitForAsync(_ => true)).MessageExpiryInterval.Should().BeInRange(1, 3);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\"}]")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\",\"timeoutSeconds\":-1}")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\",\"timeoutSeconds\":301}")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\",\"timeoutSeconds\":\"5\"}")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\",\"responseTopic\":\"b\"}")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\",\"correlationData\":\"AA==\"}")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\",\"retain\":true}")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\",\"idempotencyKey\":\"k\"}")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\",\"format\":\"stream\"}", 406, "not_acceptable")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a/+\",\"message\":\"1\"}", 400, "topic_invalid")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\"}", 400, "message_missing")]
    [InlineData("{\"brokerKey\":\"nobody\",\"topic\":\"a\",\"message\":\"1\"}", 404, "broker_unknown")]
    public async Task Post_BadJson_IsTold(string json, int status = 400, string code = "request_invalid")
    {
        using var response = await PostAsync("", new StringContent(json, Encoding.UTF8, "application/json"));

        await response.ShouldBeProblemAsync(status, code);
    }

    [Theory]
    [InlineData("?brokerKey=embedded&topic=a&timeoutSeconds=-1")]
    [InlineData("?brokerKey=embedded&topic=a&timeoutSeconds=NaN")]
    [InlineData("?brokerKey=embedded&topic=a&timeoutSeconds=")]
    [InlineData("?brokerKey=embedded&topic=a&retain=true")]
    [InlineData("?brokerKey=embedded&topic=a&responseTopic=b")]
    [InlineData("?brokerKey=embedded&topic=a&format=nonsense")]
    [InlineData("?brokerKey=embedded&topic=%23", "topic_invalid")]
    public async Task Post_BadQuery_IsTold(string query, string code = "request_invalid")
    {
        using var response = await PostAsync(query, new StringContent("1"));

        await response.ShouldBeProblemAsync(400, code);
    }

    [Fact]
    public async Task Post_WithAnIdempotencyKey_IsRefused()
    {
        using var content = Json("a");
        content.Headers.Add("Idempotency-Key", "k");

        using var response = await PostAsync("", content);

        await response.ShouldBeProblemAsync(400, "request_invalid");
    }

    [Fact]
    public async Task Post_FormThatWeDoNotHave_IsNotAcceptableBeforeAnybodyIsAsked()
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic);

        using var response = await PostAsync("", Json(topic), "image/png");
        await response.ShouldBeProblemAsync(406, "not_acceptable");
        using var asked = await PostAsync("", Json(topic));

        responder.Requests.Items.Should().ContainSingle();
    }

    [Fact]
    public async Task Get_IsNotAllowed()
    {
        using var response = await bridge.GetAsync(new Uri("/request", UriKind.Relative), null);

        await response.ShouldBeProblemAsync(405, "method_not_allowed");
    }

    [ToolFact(Tool.Curl)]
    public async Task Post_WithCurl_IsAnswered()
    {
        var topic = EmbeddedBridge.NewTopic();
        await using var responder = await bridge.StartResponderAsync(topic);

        var form = await Curl.RunAsync($"{bridge.Host.Url}/request", "-d", "brokerKey=embedded", "-d", $"topic={topic}", "-d", "message=how warm?");
        var raw = await Curl.RunAsync($"{bridge.Host.Url}/request?brokerKey=embedded&topic={topic}&format=raw", "--data-binary", "how warm?");

        (form.Status, form.Text).Should().Be((200, "\"how warm?\""));
        (raw.Status, raw.Text).Should().Be((200, "how warm?"));
    }

    private static StringContent Json(string topic, string more = "") =>
        new($$"""{"brokerKey":"embedded","topic":"{{topic}}","message":"how warm?"{{more}}}""", Encoding.UTF8, "application/json");

    private async Task<HttpResponseMessage> PostAsync(string query, HttpContent content, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/request{query}", UriKind.Relative)) { Content = content };
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await bridge.Client.SendAsync(request);
    }
}
