using System.Net;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

/// <summary>What the headers of last values tell, and what a client may know already.</summary>
public sealed class EventsHeadersTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Theory]
    [InlineData("")]
    [InlineData("&format=raw")]
    [InlineData("&format=message")]
    public async Task Get_Topic_TellsWhatTheValueIsOf(string format)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");
        var message = await bridge.GetMessageAsync(topic);

        using var response = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic, format), null);

        response.Headers.ETag!.ToString().Should().Be($"\"{message.GetProperty("cursor").GetString()}\"");
        Header(response, "Bridge-Broker-State").Should().Be("connected");
        PositionOf(Header(response, "Bridge-Cursor")).Should().BeGreaterThanOrEqualTo(PositionOf(message.GetProperty("cursor").GetString()!));
        var receivedAt = message.GetProperty("receivedAt").GetDateTimeOffset();
        response.Content.Headers.LastModified.Should().Be(receivedAt.AddTicks(-(receivedAt.Ticks % TimeSpan.TicksPerSecond)));
        response.Headers.Age.Should().BeGreaterThanOrEqualTo(TimeSpan.Zero).And.BeLessThan(Eventually.DefaultTimeout);
        response.Headers.CacheControl!.NoCache.Should().BeTrue();
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
