using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

public sealed class EventsBadRequestTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Theory]
    [InlineData("", "request_invalid")]
    [InlineData("?topic=a", "request_invalid")]
    [InlineData("?brokerKey=embedded", "request_invalid")]
    [InlineData("?brokerkey=embedded&topic=a", "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=a&topic=b", "request_invalid")]
    [InlineData("?brokerKey=embedded&brokerKey=embedded&topic=a", "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=", "filter_invalid")]
    [InlineData("?brokerKey=embedded&topic", "filter_invalid")]
    [InlineData("?brokerKey=embedded&topic=a%2B", "filter_invalid")]
    [InlineData("?brokerKey=embedded&topic=a/%23/b", "filter_invalid")]
    [InlineData("?brokerKey=embedded&topic=%23%23", "filter_invalid")]
    [InlineData("?brokerKey=embedded&topic=%24share/g/a", "filter_invalid")]
    [InlineData("?brokerKey=embedded&topic=a%00b", "filter_invalid")]
    [InlineData("?brokerKey=embedded&topic=a%ffb", "request_invalid")]
    [InlineData("?brokerKey=embedded&topic=%ED%A0%80", "request_invalid")] // half a surrogate pair
    [InlineData("?brokerKey=embedded&topic=a%C3", "request_invalid")]
    public async Task Get_BadQuery_IsToldWithItsCode(string query, string code)
    {
        using var response = await bridge.GetAsync(new Uri($"/events{query}", UriKind.Relative), null);

        (await response.ShouldBeProblemAsync(400, code)).Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("")]
    [InlineData("Embedded")]
    [InlineData("%00")]
    public async Task Get_UnknownBroker_IsBrokerUnknown(string key)
    {
        using var response = await bridge.GetAsync(new Uri($"/events?brokerKey={key}&topic=a", UriKind.Relative), null);

        await response.ShouldBeProblemAsync(404, "broker_unknown");
    }

    [Theory]
    [InlineData("a%2Bb", "filter_invalid")] // + where it may not be
    [InlineData("a+b", "no_message")] // a space
    [InlineData("a%20b", "no_message")]
    [InlineData("a%", "no_message")]
    [InlineData("a%zz", "no_message")]
    [InlineData("%E2%82%AC", "no_message")]
    [InlineData("/", "no_message")]
    public async Task Get_PercentEncoding_IsReadAsFormsAre(string topic, string code)
    {
        using var response = await bridge.GetAsync(new Uri($"/events?brokerKey=embedded&topic={topic}", UriKind.Relative), null);

        await response.ShouldBeProblemAsync(code == "no_message" ? 404 : 400, code);
    }

    [Theory]
    [InlineData("a+b", "a b")]
    [InlineData("a%20b", "a b")]
    [InlineData("100%", "100%")]
    [InlineData("a%2fb", "a/b")]
    [InlineData("%F0%9F%9A%80", "🚀")]
    [InlineData("a=b", "a=b")]
    public async Task Get_EncodedTopic_FindsIt(string encoded, string topic)
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/{topic}", "1");

        using var response = await bridge.GetAsync(new Uri($"/events?&brokerKey=embedded&&topic={root}/{encoded}&", UriKind.Relative), null);

        (await response.Content.ReadAsStringAsync()).Should().Be("\"1\"");
    }

    [Fact]
    public async Task Get_LongestTopic_IsFound()
    {
        var topic = new string('é', 32_767) + "a"; // 65,535 bytes, and three characters for each in the query
        await bridge.SeedAsync(topic, "1");

        using var longer = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic + "a"), null);

        (await longer.ShouldBeProblemAsync(400, "filter_invalid")).Should().Contain("65535");
    }

    [Fact]
    public async Task Get_RequestLineBeyondAllBounds_IsRefused()
    {
        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(new string('a', 300_000)), null);

        ((int)response.StatusCode).Should().Be(414);
    }

    [Theory]
    [InlineData(128, 404, "no_message")]
    [InlineData(129, 400, "filter_invalid")]
    public async Task Get_ManyLevels_AreBounded(int levels, int status, string code)
    {
        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(string.Join('/', Enumerable.Repeat("a", levels))), null);

        await response.ShouldBeProblemAsync(status, code);
    }

    [ToolFact(Tool.Curl)]
    public async Task Get_NulInThePath_IsRefused()
    {
        var response = await Curl.RunAsync("--path-as-is", $"{bridge.Host.Url}/events%00");

        response.Status.Should().Be(400);
    }
}
