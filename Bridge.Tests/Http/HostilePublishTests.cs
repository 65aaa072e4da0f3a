using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Http;

/// <summary>
/// What no proper client sends, byte by byte. Each is told with its code and within its time, logged as no error (the host fails the
/// tests otherwise), and the bridge goes on serving. What a proper client may get wrong is in <see cref="PublishBadRequestTests"/>.
/// </summary>
public sealed class HostilePublishTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Start = "{\"brokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\"";
    private const string FormStart = "brokerKey=embedded&message=1&topic=";
    private const string Query = "?brokerKey=embedded&topic=";

    /// <summary>Long texts have short names, so that the rows do.</summary>
    private static readonly Dictionary<string, string> Texts = new()
    {
        ["{65536}"] = new string('x', 65_536),
        ["{65536 é}"] = string.Concat(Enumerable.Repeat("%C3%A9", 32_768)),
        ["{deep}"] = new string('[', 100_000) + new string(']', 100_000),
        ["{digits}"] = new string('9', 100_000),
        ["{256}"] = new string('k', 256),
    };

    [Theory]
    // Topics.
    [InlineData(Form, FormStart + "a%00", 400, "topic_invalid")]
    [InlineData(Form, FormStart + "%ED%A0%80", 400, "request_invalid")]
    [InlineData(Form, FormStart + "%C0%AF", 400, "request_invalid")]
    [InlineData(Form, FormStart + "%F4%90%80%80", 400, "request_invalid")]
    [InlineData(Form, FormStart + "%23", 400, "topic_invalid")]
    [InlineData(Form, FormStart, 400, "topic_invalid")]
    [InlineData(Form, FormStart + "{65536}", 400, "topic_invalid")]
    [InlineData(Form, FormStart + "{65536 é}", 400, "topic_invalid")]
    [InlineData(Form, "%ED%A0%80=1&" + FormStart + "a", 400, "request_invalid")]
    [InlineData(Json, "{\"brokerKey\":\"embedded\",\"topic\":\"\\udc00\\ud800\",\"message\":\"1\"}", 400, "request_invalid")]
    [InlineData(Json, "{\"brokerKey\":\"embedded\",\"topic\":\"{65536}\",\"message\":\"1\"}", 400, "topic_invalid")]
    // Brokers.
    [InlineData(Form, "brokerKey=nobody&topic=a&message=1", 404, "broker_unknown")]
    [InlineData(Form, "brokerKey=&topic=a&message=1", 404, "broker_unknown")]
    [InlineData(Form, "brokerKey=embedded%00&topic=a&message=1", 404, "broker_unknown")]
    [InlineData(Form, "brokerKey=embedded&brokerKey=embedded&topic=a&message=1", 400, "request_invalid")]
    [InlineData(Json, "{\"brokerKey\":\"{65536}\",\"topic\":\"a\",\"message\":\"1\"}", 404, "broker_unknown")]
    [InlineData(Json, "{\"BrokerKey\":\"embedded\",\"topic\":\"a\",\"message\":\"1\"}", 400, "request_invalid")]
    // What is no JSON, or no longer.
    [InlineData(Json, " \t\r\n", 400, "request_invalid")]
    [InlineData(Json, "\0", 400, "request_invalid")]
    [InlineData(Json, "\uFEFF" + Start, 400, "request_invalid")]
    [InlineData(Json, Start + ",\"qos\"", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"contentType\":\"a", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"contentType\":\"\\u00", 400, "request_invalid")]
    [InlineData(Json, Start + ",}", 400, "request_invalid")]
    [InlineData(Json, Start + "}{}", 400, "request_invalid")]
    [InlineData(Json, Start + "}//", 400, "request_invalid")]
    [InlineData(Json, "{'brokerKey':'embedded'}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"qos\":NaN}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"qos\":01}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"userProperties\":{deep}}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"ignored\":{deep}}", 400, "request_invalid")]
    [InlineData(Form, FormStart + "a&userProperties={deep}", 400, "request_invalid")]
    // Numbers, flags, lists, bytes.
    [InlineData(Json, Start + ",\"qos\":{digits}}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"qos\":1e999999999}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"expirySeconds\":18446744073709551616}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"qos\":[1]}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"retain\":[true]}", 400, "request_invalid")]
    [InlineData(Form, FormStart + "a&qos=abc", 400, "request_invalid")]
    [InlineData(Form, FormStart + "a&qos={digits}", 400, "request_invalid")]
    [InlineData(Form, FormStart + "a&qos=%D9%A1", 400, "request_invalid")]
    [InlineData(Form, FormStart + "a&retain=maybe", 400, "request_invalid")]
    [InlineData(Form, FormStart + "a&expirySeconds=1e3", 400, "request_invalid")]
    [InlineData(Form, "brokerKey=embedded&topic=a&messageBase64=AA", 400, "request_invalid")]
    [InlineData(Form, "brokerKey=embedded&topic=a&messageBase64=%C3%A9", 400, "request_invalid")]
    [InlineData(Form, FormStart + "a&userProperties=%5B%5B%22a%22%5D%5D", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"correlationData\":{}}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"userProperties\":\"a\"}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"userProperties\":[null]}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"userProperties\":[\"a\",\"b\"]}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"userProperties\":[[\"a\",\"b\",\"c\"]]}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"userProperties\":[[\"a\",null]]}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"userProperties\":[[[],{}]]}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"userProperties\":[[\"a\",\"\\ud800\"]]}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"idempotencyKey\":\"{256}\"}", 400, "request_invalid")]
    [InlineData(Json, Start + ",\"idempotencyKey\":[]}", 400, "request_invalid")]
    public async Task Post_Body_IsToldWithItsCode(string contentType, string body, int status, string code)
    {
        var bytes = Encoding.UTF8.GetBytes(Expand(body));

        var response = await SendAsync("", [$"Content-Type: {contentType}", $"Content-Length: {bytes.Length}"], bytes);

        ShouldBeProblem(response, status, code);
        await ShouldServeAsync();
    }

    [Theory]
    [InlineData(Query + "%ED%A0%80", 400, "request_invalid")]
    [InlineData(Query + "%ED%A0%80%ED%B0%80", 400, "request_invalid")]
    [InlineData(Query + "a%00b", 400, "topic_invalid")]
    [InlineData(Query + "{65536}", 400, "topic_invalid")]
    [InlineData(Query + "{65536 é}", 400, "topic_invalid")]
    [InlineData(Query, 400, "topic_invalid")]
    [InlineData("?topic=a&brokerKey", 404, "broker_unknown")]
    [InlineData(Query + "a&qos=1&qos=1", 400, "request_invalid")]
    [InlineData(Query + "a&qos=abc", 400, "request_invalid")]
    [InlineData(Query + "a&qos={digits}", 400, "request_invalid")]
    [InlineData(Query + "a&retain=2", 400, "request_invalid")]
    [InlineData(Query + "a&userProperties=%7B%7D", 400, "request_invalid")]
    [InlineData(Query + "a&userProperties=%5B%5B%22%5Cud800%22,%22%22%5D%5D", 400, "request_invalid")]
    [InlineData(Query + "a&correlationData=%3F", 400, "request_invalid")]
    [InlineData(Query + "a&responseTopic=%2B", 400, "topic_invalid")]
    [InlineData(Query + "a&idempotencyKey=", 400, "request_invalid")]
    [InlineData(Query + "a&idempotencyKey=%C3%A9", 400, "request_invalid")]
    public async Task Post_Query_IsToldWithItsCode(string query, int status, string code)
    {
        var response = await SendAsync(Expand(query), ["Content-Length: 1"], "1"u8.ToArray());

        ShouldBeProblem(response, status, code);
        await ShouldServeAsync();
    }

    [Theory]
    [InlineData("", "Content-Type: application/json; charset=utf-16", 415, "unsupported_media_type")]
    [InlineData("", "Content-Type: application/json; charset=", 415, "unsupported_media_type")]
    [InlineData("", "Content-Type: application/jsonp", 415, "unsupported_media_type")]
    [InlineData("", "Content-Type: */*", 415, "unsupported_media_type")]
    [InlineData("", "Content-Type: application/json\r\nContent-Encoding: br", 415, "unsupported_media_type")]
    [InlineData("", "Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Encoding: gzip", 415, "unsupported_media_type")]
    [InlineData(Query + "a", "Content-Encoding: deflate", 415, "unsupported_media_type")]
    [InlineData(Query + "a", "Content-Type: a\u0001b", 400, "request_invalid")]
    [InlineData(Query + "a", "Idempotency-Key: ", 400, "request_invalid")]
    [InlineData(Query + "a", "Idempotency-Key: \"k", 400, "request_invalid")]
    [InlineData(Query + "a", "Idempotency-Key: k\r\nIdempotency-Key: k", 400, "request_invalid")]
    [InlineData(Query + "a", "Idempotency-Key: {256}", 400, "request_invalid")]
    [InlineData(Query + "a&idempotencyKey=k", "Idempotency-Key: l", 400, "request_invalid")]
    public async Task Post_Header_IsToldWithItsCode(string query, string headers, int status, string code)
    {
        var body = Encoding.UTF8.GetBytes(Start + "}");

        var response = await SendAsync(query, [Expand(headers), $"Content-Length: {body.Length}"], body);

        ShouldBeProblem(response, status, code);
        await ShouldServeAsync();
    }

    /// <summary>Decompressed by nobody, it would be published as it is.</summary>
    [Theory]
    [InlineData("gzip, chunked")]
    [InlineData("identity, chunked")]
    public async Task Post_TransferEncodingThatIsNotRead_IsUnsupported(string encoding)
    {
        var response = await SendAsync(Query + "a", [$"Transfer-Encoding: {encoding}"], "1\r\n1\r\n0\r\n\r\n"u8.ToArray());

        ShouldBeProblem(response, 415, "unsupported_media_type");
        await ShouldServeAsync();
    }

    [Theory]
    [InlineData(Query + "a", "Content-Length: 100", "1")]
    [InlineData(Query + "a", "Content-Length: 100", "")]
    [InlineData("", "Content-Type: application/json\r\nContent-Length: 100", Start + "}")]
    [InlineData("", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100", FormStart + "a")]
    [InlineData(Query + "a", "Transfer-Encoding: chunked", "5\r\n1")]
    [InlineData(Query + "a", "Transfer-Encoding: chunked", "1\r\n1\r\n")]
    [InlineData("", "Content-Type: application/json\r\nTransfer-Encoding: chunked", "1\r\n{\r\n")]
    public async Task Post_TruncatedBody_IsNeverPublished(string query, string headers, string body)
    {
        var topic = EmbeddedBridge.NewTopic();
        var target = query.Replace("topic=a", $"topic={topic}", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(body);

        // To the server both are clients that have gone: nobody is told.
        await SendAsync(target, [headers], bytes, RawEnd.HalfCloses);
        await SendAsync(target, [headers], bytes, RawEnd.Closes);

        await ShouldServeAsync();
        using var shown = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), null);
        await shown.ShouldBeProblemAsync(404, "no_message");
    }

    [Theory]
    [InlineData("nonsense\r\n")]
    [InlineData("-1\r\n1\r\n")]
    [InlineData("FFFFFFFFFFFFFFFFF\r\n1")]
    [InlineData("1\r\n12345\r\n0\r\n\r\n")]
    public async Task Post_BrokenChunks_AreRequestInvalid(string body)
    {
        var response = await SendAsync(Query + "a", ["Transfer-Encoding: chunked"], Encoding.ASCII.GetBytes(body));

        ShouldBeProblem(response, 400, "request_invalid");
        await ShouldServeAsync();
    }

    [Fact]
    public async Task Post_BodyThatDoesNotCome_IsNotWaitedForWithoutEnd()
    {
        var began = TimeProvider.System.GetTimestamp();

        var response = await SendAsync(Query + "a", ["Content-Length: 100"], "1"u8.ToArray());

        ShouldBeProblem(response, 408, "request_timeout");
        TimeProvider.System.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(25));
        await ShouldServeAsync();
    }

    [Theory]
    [InlineData(Json, Start + "}")]
    [InlineData(Form, FormStart + "a")]
    public async Task Post_ParametersInTheQueryBesideABody_AreToldAndNotIgnored(string type, string body)
    {
        var response = await SendAsync("?qos=0", [$"Content-Type: {type}", $"Content-Length: {body.Length}"], Encoding.UTF8.GetBytes(body));

        ShouldBeProblem(response, 400, "request_invalid");
    }

    [Fact]
    public async Task Post_ClientsThatBreakOff_LeaveNoComplaintInTheLog()
    {
        await using var host = await EmbeddedBridge.StartAsync();
        for (var i = 0; i < 50; i++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            await socket.ConnectAsync(IPAddress.Loopback, new Uri(host.Url).Port);
            await socket.SendAsync(RawHttp.Post($"/publish{Query}a", "Content-Length: 100", "Expect: 100-continue"));
            // It reads, when it says that it would.
            (await socket.ReceiveAsync(new byte[1000]).WaitAsync(Eventually.DefaultTimeout)).Should().BePositive();
        }

        using var served = await host.Client.PostAsync($"/publish{Query}a", new StringContent("1"));

        served.EnsureSuccessStatusCode();
        await host.StopAsync();
        Complaints(host).Should().BeEmpty();
    }

    /// <summary>On connections that would be kept: Kestrel would read on for the next request, and complain that it reads already.</summary>
    [Fact]
    public async Task Post_ClientsThatSendNoMoreAmidTheBody_LeaveNoComplaintInTheLog()
    {
        await using var host = await EmbeddedBridge.StartAsync();
        for (var i = 0; i < 50; i++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, new Uri(host.Url).Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /publish{Query}a HTTP/1.1\r\nHost: bridge\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"));
            (await socket.ReceiveAsync(new byte[1000]).WaitAsync(Eventually.DefaultTimeout)).Should().BePositive();
            await socket.SendAsync("12345"u8.ToArray());
            // What it sends is read apart from its end, mostly.
            using (await host.Client.GetAsync(new Uri("/health/live", UriKind.Relative)))
                socket.Shutdown(SocketShutdown.Send);
            await FluentActions.Awaiting(() => socket.ReceiveAsync(new byte[1000]).WaitAsync(Eventually.DefaultTimeout)).Should().NotThrowAsync<TimeoutException>();
        }

        await host.StopAsync();
        Complaints(host).Should().BeEmpty();
    }

    /// <summary>Kestrel tells too when the machine has no time for it.</summary>
    private static IEnumerable<LogEntry> Complaints(BridgeHost host) => host.Logs.Entries.Items.Where(entry =>
        entry.Level >= LogLevel.Warning && entry.EventId.Name != "HeartbeatSlow" && !entry.Category.StartsWith("Bridge.Server.Brokers", StringComparison.Ordinal));

    private static string Expand(string text) => Texts.Aggregate(text, (all, pair) => all.Replace(pair.Key, pair.Value, StringComparison.Ordinal));

    private Task<RawResponse?> SendAsync(string query, string[] headers, byte[] body, RawEnd end = RawEnd.Waits) =>
        RawHttp.SendAsync(bridge.Host.Url, [RawHttp.Post($"/publish{query}", headers), body], end);

    private static void ShouldBeProblem(RawResponse? response, int status, string code)
    {
        response.Should().NotBeNull();
        response!.Status.Should().Be(status, response.Body);
        response.Head.Should().Contain("Content-Type: application/problem+json");
        var problem = JsonSerializer.Deserialize<JsonElement>(response.Body);
        problem.GetProperty("code").GetString().Should().Be(code, response.Body);
        problem.GetProperty("detail").GetString().Should().NotBeEmpty();
    }

    private async Task ShouldServeAsync()
    {
        using var response = await bridge.PublishRawAsync("good", "1"u8.ToArray());
        ((int)response.StatusCode).Should().Be(200, await response.Content.ReadAsStringAsync());
    }
}
