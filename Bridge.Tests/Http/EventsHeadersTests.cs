using System.Net;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

/// <summary>What the headers of last values tell, and what a client may know already.</summary>
public sealed class EventsHeadersTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private static readonly string[] Formats = ["json", "raw", "message"];

    [Theory]
    [InlineData("", "")]
    [InlineData("&format=raw", ";raw")]
    [InlineData("&format=message", ";message")]
    public async Task Get_Topic_TellsWhatTheValueIsOf(string format, string suffix)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");
        var message = await bridge.GetMessageAsync(topic);

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, format), null);

        response.Headers.ETag!.ToString().Should().Be($"\"{message.GetProperty("cursor").GetString()}{suffix}\"");
        Header(response, "Bridge-Broker-State").Should().Be("connected");
        PositionOf(Header(response, "Bridge-Cursor")).Should().BeGreaterThanOrEqualTo(PositionOf(message.GetProperty("cursor").GetString()!));
        var receivedAt = message.GetProperty("receivedAt").GetDateTimeOffset();
        response.Content.Headers.LastModified.Should().Be(receivedAt.AddTicks(-(receivedAt.Ticks % TimeSpan.TicksPerSecond)));
        response.Headers.Age.Should().BeGreaterThanOrEqualTo(TimeSpan.Zero).And.BeLessThan(Eventually.DefaultTimeout);
        response.Headers.CacheControl!.NoCache.Should().BeTrue();
        response.Headers.Date.Should().BeOnOrAfter(response.Content.Headers.LastModified!.Value);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("raw")]
    [InlineData("message")]
    public async Task Get_TagOfAnotherForm_IsNotKnown(string format)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");
        var statuses = new Dictionary<string, int>();
        foreach (var other in Formats)
        {
            using var first = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, $"&format={other}"), null);
            using var second = await GetAsync(EmbeddedBridge.EventsUri(topic, $"&format={format}"), first.Headers.ETag!.ToString());
            statuses[other] = (int)second.StatusCode;
        }

        statuses.Should().BeEquivalentTo(Formats.ToDictionary(other => other, other => other == format ? 304 : 200));
    }

    [Fact]
    public async Task Get_NothingShown_HasNoTag()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1", rest: "&retain=true");
        using var shown = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), null);
        var since = $"&since={Header(shown, "Bridge-Cursor")}";
        using var unchanged = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, since), null);
        using var stale = await bridge.GetAsync(EmbeddedBridge.EventsUri($"{topic}/#", "&maxAge=0"), null);
        using var deletion = await bridge.PublishRawAsync(topic, [], rest: "&retain=true");
        await Eventually.HoldsAsync(async () => (await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), null)).StatusCode == HttpStatusCode.NotFound);
        using var deleted = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, since), null);

        foreach (var (response, status) in new[] { (unchanged, 304), (stale, 504), (deleted, 404) })
            ((int)response.StatusCode, response.Headers.ETag, response.Content.Headers.LastModified).Should().Be((status, null, null));
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("{0}/%23")]
    public async Task Get_KnownTag_Is304UntilItChanges(string filter)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");
        var uri = new Uri($"/events?brokerKey=embedded&topic={string.Format(System.Globalization.CultureInfo.InvariantCulture, filter, topic)}", UriKind.Relative);
        using var first = await bridge.Client.GetAsync(uri);
        var tag = first.Headers.ETag!.ToString();

        using var same = await GetAsync(uri, $"\"other\", W/{tag}");
        await bridge.SeedAsync(topic, "2");
        using var changed = await GetAsync(uri, tag);

        same.StatusCode.Should().Be(HttpStatusCode.NotModified);
        same.Headers.ETag!.ToString().Should().Be(tag);
        Header(same, "Bridge-Cursor").Should().NotBeEmpty();
        (await same.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        changed.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Get_AnyTagIsKnown_Is304OnlyWhereThereIsAValue()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");

        using var there = await GetAsync(EmbeddedBridge.EventsUri(topic), "*");
        using var missing = await GetAsync(EmbeddedBridge.EventsUri(EmbeddedBridge.NewTopic()), "*");
        using var malformed = await GetAsync(EmbeddedBridge.EventsUri(topic), "no tag");

        (there.StatusCode, missing.StatusCode, malformed.StatusCode)
            .Should().Be((HttpStatusCode.NotModified, HttpStatusCode.NotFound, HttpStatusCode.OK));
    }

    [Fact]
    public async Task Head_Topic_HasTheHeadersOfGetAndNoBody()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");
        using var get = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), null);

        using var head = await bridge.SendAsync(HttpMethod.Head, EmbeddedBridge.EventsUri(topic), null);

        (head.StatusCode, head.Headers.ETag, head.Content.Headers.ContentLength)
            .Should().Be((HttpStatusCode.OK, get.Headers.ETag, get.Content.Headers.ContentLength));
        (await head.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Get_NoValue_IsAProblemThatTellsWhereToGoOn()
    {
        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(EmbeddedBridge.NewTopic()), null);

        await response.ShouldBeProblemAsync(404, "no_message");
        Header(response, "Bridge-Cursor").Should().NotBeEmpty();
        response.Headers.ETag.Should().BeNull();
    }

    [Fact]
    public async Task Get_FromAnAllowedOrigin_LetsThePageReadTheHeaders()
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:Cors:Origins:0", "https://app.example"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/events?brokerKey=embedded&topic=%23");
        request.Headers.Add("Origin", "https://app.example");

        using var response = await host.Client.SendAsync(request);

        Header(response, "Access-Control-Expose-Headers").Split(',').Should().Contain(["Bridge-Cursor", "Bridge-Cursor-Reset", "ETag", "Link", "Age"]);
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Should().ContainSingle().Subject;

    private static long PositionOf(string cursor) => long.Parse(cursor.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);

    private async Task<HttpResponseMessage> GetAsync(Uri uri, string ifNoneMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await bridge.Client.SendAsync(request);
    }
}
