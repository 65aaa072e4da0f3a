namespace Bridge.Tests.Http;

public sealed class EventsNegotiationTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private const string Json = "application/json";
    private const string Raw = "text/csv";
    private const string Message = "application/vnd.bridge.message+json";

    [Theory]
    [InlineData(null, Json)]
    [InlineData("", Json)]
    [InlineData("*/*", Json)] // curl, fetch
    [InlineData("application/json, text/plain, */*", Json)] // axios
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", Json)] // a browser
    [InlineData("application/*", Json)]
    [InlineData("APPLICATION/JSON", Json)]
    [InlineData("application/json; charset=utf-8", Json)]
    [InlineData("text/plain", Raw)]
    [InlineData("text/*", Raw)]
    [InlineData("application/octet-stream", Raw)]
    [InlineData("application/vnd.bridge.message+json", Message)]
    [InlineData("application/json;q=0.5, text/plain", Raw)]
    [InlineData("application/json;q=0.2, text/plain;q=0.3, application/vnd.bridge.message+json;q=0.4", Message)]
    [InlineData("*/*;q=0.1, text/plain", Raw)]
    [InlineData("application/json;q=0, */*", Raw)]
    [InlineData("image/png, */*;q=0.1", Json)]
    public async Task Get_Accept_DecidesTheRepresentation(string? accept, string expected)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "a;b", "text/csv");

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), accept);

        response.Content.Headers.ContentType!.MediaType.Should().Be(expected);
        response.Headers.Vary.Should().Contain("Accept");
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("application/xml, text/html")]
    [InlineData("application/json;q=0")]
    [InlineData("*/*;q=0")]
    public async Task Get_NothingAcceptable_IsNotAcceptable(string accept)
    {
        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri("a"), accept);

        (await response.ShouldBeProblemAsync(406, "not_acceptable")).Should().Contain("application/json");
    }

    [Theory]
    [InlineData("json", "text/plain", Json)]
    [InlineData("raw", "application/json", Raw)]
    [InlineData("message", "image/png", Message)]
    public async Task Get_Format_GoesBeforeAccept(string format, string accept, string expected)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "a;b", "text/csv");

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, $"&format={format}"), accept);

        response.Content.Headers.ContentType!.MediaType.Should().Be(expected);
    }

    [Theory]
    [InlineData("&format=xml", null)]
    [InlineData("&format=", null)]
    [InlineData("&format=JSON", null)]
    [InlineData("&format=json&format=raw", null)]
    [InlineData("", "no media type")]
    public async Task Get_UnreadableWish_IsRequestInvalid(string format, string? accept)
    {
        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri("a", format), accept);

        await response.ShouldBeProblemAsync(400, "request_invalid");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    [InlineData("text/html")]
    [InlineData("text/event-stream")]
    public async Task Get_FailureForAClientThatAcceptsNoJson_IsStillAProblem(string accept)
    {
        using var unknown = await bridge.GetAsync(new Uri("/events?brokerKey=nobody&topic=a&format=json", UriKind.Relative), accept);
        using var noPage = await bridge.GetAsync(new Uri("/no-such-page", UriKind.Relative), accept);

        await unknown.ShouldBeProblemAsync(404, "broker_unknown");
        await noPage.ShouldBeProblemAsync(404, "not_found");
    }
}
