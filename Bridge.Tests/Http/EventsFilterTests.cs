using System.Text.Json;

namespace Bridge.Tests.Http;

public sealed class EventsFilterTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private static readonly byte[] Binary = [0xFF];

    [Fact]
    public async Task Get_Filter_ListsEnvelopesOrderedByTopic()
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/b", "2", "text/plain", "&retain=true");
        await bridge.SeedAsync($"{root}/B", Binary, rest: "&qos=0");
        await bridge.SeedAsync($"{root}/a/x", "1");
        await bridge.SeedAsync(root, "0");

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri($"{root}/#"), null);

        response.Content.Headers.ContentType!.ToString().Should().Be("application/json; charset=utf-8");
        var list = JsonSerializer.Deserialize<JsonElement[]>(await response.Content.ReadAsStringAsync())!;
        list.Select(envelope => envelope.GetProperty("topic").GetString()).Should().Equal(root, $"{root}/B", $"{root}/a/x", $"{root}/b");
        list.Should().OnlyContain(envelope => HasUsualMembers(envelope));
        list[1].GetProperty("messageBase64").GetBytesFromBase64().Should().Equal(Binary);
        list[1].GetProperty("qos").GetInt32().Should().Be(0);
        list[3].GetProperty("retain").GetBoolean().Should().BeTrue();
        list[3].GetProperty("contentType").GetString().Should().Be("text/plain");
    }

    [Theory]
    [InlineData("/+", new[] { "/b" })]
    [InlineData("/+/x", new[] { "/a/x" })]
    [InlineData("/nothing/#", new string[0])]
    public async Task Get_Filter_ListsWhatMatches(string filter, string[] expected)
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/b", "2");
        await bridge.SeedAsync($"{root}/a/x", "1");

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(root + filter), null);

        var list = JsonSerializer.Deserialize<JsonElement[]>(await response.Content.ReadAsStringAsync())!;
        list.Select(envelope => envelope.GetProperty("topic").GetString()).Should().Equal(expected.Select(rest => root + rest));
    }

    [Theory]
    [InlineData("&format=raw", null)]
    [InlineData("", "text/plain")]
    [InlineData("", "application/octet-stream")]
    public async Task Get_FilterAsRaw_IsNotAcceptable(string format, string? accept)
    {
        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri("a/#", format), accept);

        await response.ShouldBeProblemAsync(406, "not_acceptable");
    }

    private static bool HasUsualMembers(JsonElement envelope) =>
        envelope.TryGetProperty("qos", out _) && envelope.TryGetProperty("retain", out _) && envelope.TryGetProperty("source", out _)
        && envelope.TryGetProperty("cursor", out _) && envelope.TryGetProperty("brokerKey", out _);
}
