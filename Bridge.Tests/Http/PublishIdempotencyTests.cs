using System.Text;
using System.Text.Json;
using Bridge.Tests.EndToEnd;

namespace Bridge.Tests.Http;

/// <summary>The forms in which an idempotency key comes over HTTP.</summary>
public sealed class PublishIdempotencyTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Fact]
    public async Task Post_SameKeyInEachForm_IsTheSameKey()
    {
        await using var watcher = await WatchAsync();
        var topic = EmbeddedBridge.NewTopic();
        var json = $$"""{"brokerKey":"embedded","topic":"{{topic}}","message":"1"}""";
        var key = NewKey();
        var member = json.Replace("\"1\"", $"\"1\",\"idempotencyKey\":\"{key}\"", StringComparison.Ordinal);

        await ShouldBePublishedAsync(PostJsonAsync(json, $"\"{key}\""));
        await ShouldBePublishedAsync(PostJsonAsync(json, key));
        await ShouldBePublishedAsync(PostJsonAsync(member, null));
        await ShouldBePublishedAsync(PostJsonAsync(member, key));
        await ShouldBePublishedAsync(PostAsync("", $"brokerKey=embedded&topic={topic}&message=1&idempotencyKey={key}", null));
        await ShouldBePublishedAsync(PostAsync($"?brokerKey=embedded&topic={topic}&contentType=&idempotencyKey={key}x", "1", null));

        (await CountAsync(watcher, topic)).Should().Be(2);
    }

    [Theory]
    [InlineData(0, 202)]
    [InlineData(2, 200)]
    public async Task Post_Again_RepeatsStatusAndReceipt(int qos, int status)
    {
        var json = $$"""{"brokerKey":"embedded","topic":"{{EmbeddedBridge.NewTopic()}}","message":"1","qos":{{qos}}}""";
        var key = NewKey();

        using var first = await PostJsonAsync(json, key);
        using var second = await PostJsonAsync(json, key);

        ((int)first.StatusCode, (int)second.StatusCode).Should().Be((status, status));
        (await second.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Post_AnotherMessageWithTheKey_IsAConflict()
    {
        var key = NewKey();
        await ShouldBePublishedAsync(PostJsonAsync("""{"brokerKey":"embedded","topic":"a","message":"1"}""", key));

        using var response = await PostJsonAsync("""{"brokerKey":"embedded","topic":"a","message":"2"}""", key);

        await response.ShouldBeProblemAsync(409, "idempotency_conflict");
    }

    [Fact]
    public async Task Post_BadRequest_LeavesTheKeyFree()
    {
        var key = NewKey();
        using var refused = await PostJsonAsync("""{"brokerKey":"embedded","topic":"a/#","message":"1"}""", key);
        await refused.ShouldBeProblemAsync(400, "topic_invalid");

        await ShouldBePublishedAsync(PostJsonAsync("""{"brokerKey":"embedded","topic":"a","message":"1"}""", key));
    }

    [Fact]
    public async Task Post_HeaderAndAnotherMember_IsRequestInvalid()
    {
        using var response = await PostJsonAsync("""{"brokerKey":"embedded","topic":"a","message":"1","idempotencyKey":"a"}""", "b");

        await response.ShouldBeProblemAsync(400, "request_invalid");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("a b")]
    public async Task Post_HeaderThatIsNoKey_IsRequestInvalidAlsoForAnArray(string header)
    {
        using var one = await PostJsonAsync("""{"brokerKey":"embedded","topic":"a","message":"1"}""", header);
        using var array = await PostJsonAsync("[]", header);

        await one.ShouldBeProblemAsync(400, "request_invalid");
        await array.ShouldBeProblemAsync(400, "request_invalid");
    }

    [Fact]
    public async Task Post_ArrayWithTheLongestKey_PublishesOnceAndRepeatsTheAnswers()
    {
        await using var watcher = await WatchAsync();
        var topic = EmbeddedBridge.NewTopic();
        var key = NewKey().PadRight(255, 'x');
        var array = Array(Message(topic), "{}", Message("a/#"), Message(topic));

        using var first = await PostJsonAsync(array, key);
        using var second = await PostJsonAsync(array, key);

        (await PublishArrayTests.ReadAsync(first, 207)).Select(CodeOf).Should().Equal(null, "message_missing", "topic_invalid", null);
        (await second.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
        (await CountAsync(watcher, topic)).Should().Be(2, "each of two items once");
    }

    [Fact]
    public async Task Post_ArrayWithOtherMessages_IsAConflictAsAWhole()
    {
        await using var watcher = await WatchAsync();
        var topic = EmbeddedBridge.NewTopic();
        var key = NewKey();
        using var first = await PostJsonAsync(Array(Message(topic)), key);
        await PublishArrayTests.ReadAsync(first, 200);

        foreach (var other in (string[])[Array(Message(topic), Message(topic)), Array(Message(topic, "2")), Message(topic)])
        {
            using var response = await PostJsonAsync(other, key);
            await response.ShouldBeProblemAsync(409, "idempotency_conflict");
        }

        (await CountAsync(watcher, topic)).Should().Be(1);
    }

    [Fact]
    public async Task Post_ArrayOfWhichNothingWent_LeavesTheKeyFree()
    {
        var key = NewKey();
        using var refused = await PostJsonAsync(Array(Message("a/#"), "5"), key);
        (await PublishArrayTests.ReadAsync(refused, 207)).Select(CodeOf).Should().Equal("topic_invalid", "request_invalid");

        using var response = await PostJsonAsync(Array(Message("a")), key);

        await PublishArrayTests.ReadAsync(response, 200);
    }

    [Fact]
    public async Task Post_EmptyArray_LeavesTheKeyFree()
    {
        var key = NewKey();
        using var empty = await PostJsonAsync("[]", key);
        (await PublishArrayTests.ReadAsync(empty, 200)).Should().BeEmpty();

        await ShouldBePublishedAsync(PostJsonAsync(Message("a"), key));
    }

    [Fact]
    public async Task Post_KeyThatLooksLikeAnItemOfAnArray_IsAnotherKey()
    {
        await using var watcher = await WatchAsync();
        var topic = EmbeddedBridge.NewTopic();
        var key = NewKey();

        await ShouldBePublishedAsync(PostJsonAsync(Array(Message(topic), Message(topic)), key));
        await ShouldBePublishedAsync(PostJsonAsync(Message(topic), $"{key}#0"));
        await ShouldBePublishedAsync(PostJsonAsync(Message(topic, "2"), $"{key}#1"));

        (await CountAsync(watcher, topic)).Should().Be(4);
    }

    [Fact]
    public async Task Post_ArrayItemWithAKeyOfItsOwn_KeepsItOrIsRefused()
    {
        await using var watcher = await WatchAsync();
        var topic = EmbeddedBridge.NewTopic();
        var own = $$"""[{"brokerKey":"embedded","topic":"{{topic}}","message":"1","idempotencyKey":"{{NewKey()}}"}]""";

        using var first = await PostJsonAsync(own, null);
        using var second = await PostJsonAsync(own, null);
        using var refused = await PostJsonAsync(own, NewKey());

        await PublishArrayTests.ReadAsync(first, 200);
        await PublishArrayTests.ReadAsync(second, 200);
        (await PublishArrayTests.ReadAsync(refused, 207))[0].GetProperty("code").GetString().Should().Be("request_invalid");
        (await CountAsync(watcher, topic)).Should().Be(1);
    }

    private static string Array(params string[] items) => $"[{string.Join(',', items)}]";

    private static string Message(string topic, string text = "1") => $$"""{"brokerKey":"embedded","topic":"{{topic}}","message":"{{text}}"}""";

    private static string? CodeOf(JsonElement answer) => answer.TryGetProperty("code", out var code) ? code.GetString() : null;

    private static string NewKey() => Guid.NewGuid().ToString();

    private static async Task ShouldBePublishedAsync(Task<HttpResponseMessage> posting)
    {
        using var response = await posting;
        ((int)response.StatusCode).Should().Be(200, await response.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> PostJsonAsync(string json, string? key) => PostAsync("", json, key);

    private async Task<HttpResponseMessage> PostAsync(string query, string body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/publish{query}", UriKind.Relative));
        request.Content = new StringContent(body, Encoding.UTF8, body[0] is '{' or '[' ? "application/json" : "application/x-www-form-urlencoded");
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key).Should().BeTrue();
        return await bridge.Client.SendAsync(request);
    }

    private async Task<HubClient> WatchAsync()
    {
        var watcher = await HubClient.ConnectAsync(bridge.Host.HubUrl);
        await watcher.SubscribeAsync("embedded", "#", snapshot: false);
        return watcher;
    }

    /// <summary>How many messages of the topic came, once one more has come that is published now.</summary>
    private async Task<int> CountAsync(HubClient watcher, string topic)
    {
        await bridge.SeedAsync(topic, "end");
        await watcher.WaitForMessageAsync(topic, message => message.GetText() == "end");
        return watcher.Messages.Items.Count(message => message.Topic == topic && message.GetText() != "end");
    }
}
