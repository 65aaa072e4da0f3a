using System.Net.Http.Headers;
using System.Text;

namespace Bridge.Tests.Http;

public sealed class PublishBadRequestTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private const string Start = "{\"brokerKey\":\"embedded\",\"topic\":\"a\"";

    [Theory]
    [InlineData("", "request_invalid")]
    [InlineData("{", "request_invalid")]
    [InlineData("nonsense", "request_invalid")]
    [InlineData("null", "request_invalid")]
    [InlineData("5", "request_invalid")]
    [InlineData("\"text\"", "request_invalid")]
    [InlineData("{}", "message_missing")]
    [InlineData("{\"message\":\"1\"}", "request_invalid")]
    [InlineData("{\"brokerKey\":null,\"topic\":\"a\",\"message\":\"1\"}", "request_invalid")]
    [InlineData("{\"brokerKey\":5,\"topic\":\"a\",\"message\":\"1\"}", "request_invalid")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":[\"a\"],\"message\":\"1\"}", "request_invalid")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"\",\"message\":\"1\"}", "topic_invalid")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a/+\",\"message\":\"1\"}", "topic_invalid")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"#\",\"message\":\"1\"}", "topic_invalid")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\\u0000b\",\"message\":\"1\"}", "topic_invalid")]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"\\ud800\",\"message\":\"1\"}", "request_invalid")]
    [InlineData("{\"brokerKey\":\"\\udc00\",\"topic\":\"a\",\"message\":\"1\"}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"\\ud800\"}", "request_invalid")]
    [InlineData(Start + ",\"message\":{\"a\":[\"\\ud800\"]}}", "request_invalid")]
    [InlineData(Start + ",\"message\":{\"\\ud800\":1}}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"\\ud800\":1}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\"", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\"} ,", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"topic\":\"b\"}", "request_invalid")]
    [InlineData(Start + ",\"message\":{\"a\":1,\"a\":2}}", "request_invalid")]
    [InlineData(Start + "}", "message_missing")]
    [InlineData(Start + ",\"message\":null}", "message_missing")]
    [InlineData(Start + ",\"message\":\"1\",\"messageBase64\":\"AA==\"}", "request_invalid")]
    [InlineData(Start + ",\"messageBase64\":\"A\"}", "request_invalid")]
    [InlineData(Start + ",\"messageBase64\":\"%%%%\"}", "request_invalid")]
    [InlineData(Start + ",\"messageBase64\":5}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"qos\":3}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"qos\":-1}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"qos\":1.5}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"qos\":\"x\"}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"qos\":\"1\"}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"qos\":1e30}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"retain\":\"true\"}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"retain\":1}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"contentType\":5}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"contentType\":\"a\\u0000\"}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"responseTopic\":\"a/#\"}", "topic_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"correlationData\":\"?\"}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"expirySeconds\":0}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"expirySeconds\":4294967296}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"userProperties\":{\"a\":\"b\"}}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"userProperties\":[[\"a\"]]}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"userProperties\":[[\"a\",1]]}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"idempotencyKey\":5}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"idempotencyKey\":\"\"}", "request_invalid")]
    [InlineData(Start + ",\"message\":\"1\",\"idempotencyKey\":\"a b\"}", "request_invalid")]
    public async Task Post_BadJson_IsToldWithItsCode(string json, string code)
    {
        using var response = await bridge.PublishJsonAsync(json);

        (await response.ShouldBeProblemAsync(400, code)).Should().NotBeEmpty();
    }

    [Fact]
    public async Task Post_DeeplyNestedJson_IsRequestInvalid()
    {
        using var response = await bridge.PublishJsonAsync(Start + ",\"message\":" + new string('[', 500_000) + new string(']', 500_000) + "}");

        await response.ShouldBeProblemAsync(400, "request_invalid");
    }

    [Theory]
    [InlineData("{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"é\"}")]
    [InlineData("brokerKey=embedded&topic=a&message=é")]
    public async Task Post_BodyInLatin1_IsRequestInvalid(string body)
    {
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue(body[0] == '{' ? "application/json" : "application/x-www-form-urlencoded");

        using var response = await bridge.Client.PostAsync(new Uri("/publish", UriKind.Relative), content);

        (await response.ShouldBeProblemAsync(400, "request_invalid")).Should().Contain("UTF-8");
    }

    [Theory]
    [InlineData("topic=a&message=1", "request_invalid")]
    [InlineData("brokerKey=embedded&topic=a", "message_missing")]
    [InlineData("brokerKey=embedded&topic=a&message=1&message=2", "request_invalid")]
    [InlineData("brokerKey=embedded&topic=a%2B&message=1", "topic_invalid")]
    [InlineData("brokerKey=embedded&topic=a&message=1&qos=3", "request_invalid")]
    [InlineData("brokerKey=embedded&topic=a&message=1&qos=", "request_invalid")]
    [InlineData("brokerKey=embedded&topic=a&message=1&retain=yes", "request_invalid")]
    [InlineData("brokerKey=embedded&topic=a&message=%ff", "request_invalid")]
    [InlineData("brokerKey=embedded&topic=a&message=1&messageBase64=AA%3D%3D", "request_invalid")]
    [InlineData("brokerKey=embedded&topic=a&message=1&userProperties=x", "request_invalid")]
    public async Task Post_BadForm_IsToldWithItsCode(string form, string code)
    {
        using var content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded");

        using var response = await bridge.Client.PostAsync(new Uri("/publish", UriKind.Relative), content);

        await response.ShouldBeProblemAsync(400, code);
    }

    [Theory]
    [InlineData("?brokerKey=embedded", 400, "request_invalid")]
    [InlineData("?topic=a", 400, "request_invalid")]
    [InlineData("?brokerKey=nobody&topic=a", 404, "broker_unknown")]
    [InlineData("?brokerKey=embedded&topic=a&topic=b", 400, "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=a/%23", 400, "topic_invalid")]
    [InlineData("?brokerKey=embedded&topic=a%00", 400, "topic_invalid")]
    [InlineData("?brokerKey=embedded&topic=%ff", 400, "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=a&qos=3", 400, "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=a&qos=x", 400, "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=a&retain=maybe", 400, "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=a&expirySeconds=-1", 400, "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=a&message=22", 400, "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=a&messageBase64=MjI%3D", 400, "request_invalid")]
    public async Task Post_RawWithABadQuery_IsToldWithItsCode(string query, int status, string code)
    {
        using var response = await bridge.Client.PostAsync(new Uri($"/publish{query}", UriKind.Relative), new StringContent("1"));

        await response.ShouldBeProblemAsync(status, code);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("nonsense")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/x-www-form-urlencoded; charset=windows-1252")]
    public async Task Post_ContentTypeThatIsNotRead_IsUnsupported(string? contentType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        if (contentType is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var response = await bridge.Client.PostAsync(new Uri("/publish", UriKind.Relative), content);

        await response.ShouldBeProblemAsync(415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?brokerKey=embedded&topic=a")]
    public async Task Post_CompressedBody_IsUnsupportedRatherThanPublishedAsItIs(string query)
    {
        using var content = new ByteArrayContent([0x1F, 0x8B, 8, 0]);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");

        using var response = await bridge.Client.PostAsync(new Uri($"/publish{query}", UriKind.Relative), content);

        await response.ShouldBeProblemAsync(415, "unsupported_media_type");
    }
}
