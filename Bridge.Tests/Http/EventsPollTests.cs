using System.Net;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Http;

/// <summary>What has changed since a cursor: at once, or when it changes.</summary>
public sealed class EventsPollTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Fact]
    public async Task Get_SinceTheCursorBefore_ShowsOnlyWhatChangedOrWasDeleted()
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/same", "1");
        await bridge.SeedAsync($"{root}/deleted", "1", rest: "&retain=true");
        var cursor = await CursorAsync($"{root}/#");
        using var nothing = await bridge.Client.GetAsync(Uri($"{root}/#", $"&since={cursor}"));
        nothing.StatusCode.Should().Be(HttpStatusCode.NotModified);

        await bridge.SeedAsync($"{root}/new", "2");
        using var deletion = await bridge.PublishRawAsync($"{root}/deleted", [], rest: "&retain=true");
        await Eventually.HoldsAsync(async () => (await bridge.GetAsync(EmbeddedBridge.EventsUri($"{root}/deleted"), null)).StatusCode == HttpStatusCode.NotFound);

        var changes = await ReadListAsync($"{root}/#", $"&since={cursor}");
        changes.Select(message => (Text(message, "topic"), Text(message, "message"))).Should().Equal(($"{root}/deleted", ""), ($"{root}/new", "2"));
        using var gone = await bridge.GetAsync(Uri($"{root}/deleted", $"&since={cursor}"), null);
        await gone.ShouldBeProblemAsync(404, ErrorCodes.NoMessage);
    }

    [Theory]
    [InlineData("&wait=20", null)]
    [InlineData("", "wait=20")]
    [InlineData("", "respond-async; wait=1, wait=\"20\"; foo")]
    public async Task Get_Wait_IsAnsweredByTheChange(string wait, string? prefer)
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/1", "1");
        var cursor = await CursorAsync($"{root}/#");
        var waiting = GetAsync(Uri($"{root}/#", $"&since={cursor}{wait}"), ("Prefer", prefer));
        await WaitForWatchersAsync(1);

        using var published = await bridge.PublishRawAsync($"{root}/2", "2"u8.ToArray());

        using var response = await waiting.WaitAsync(Eventually.DefaultTimeout);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var shown = JsonSerializer.Deserialize<JsonElement[]>(await response.Content.ReadAsStringAsync())!;
        shown.Select(message => Text(message, "topic")).Should().Equal($"{root}/2");
        await WaitForWatchersAsync(0);
    }

    [Fact]
    public async Task Get_WaitWithAKnownTag_IsAnsweredByAnotherValue()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");
        using var first = await bridge.GetAsync(EmbeddedBridge.EventsUri(topic), null);
        var waiting = GetAsync(Uri(topic, "&wait=20"), ("If-None-Match", first.Headers.ETag!.ToString()));
        await WaitForWatchersAsync(1);

        using var published = await bridge.PublishRawAsync(topic, "2"u8.ToArray());

        using var response = await waiting.WaitAsync(Eventually.DefaultTimeout);
        (await response.Content.ReadAsStringAsync()).Should().Be("\"2\"");
    }

    [Fact]
    public async Task Get_WaitWithTheEmptyTag_IsAnsweredByTheFirstValue()
    {
        var topic = EmbeddedBridge.NewTopic();
        var waiting = GetAsync(Uri(topic, "&wait=20"), ("If-None-Match", "\"\""));
        await WaitForWatchersAsync(1);

        using var published = await bridge.PublishRawAsync(topic, "1"u8.ToArray());

        using var response = await waiting.WaitAsync(Eventually.DefaultTimeout);
        (await response.Content.ReadAsStringAsync()).Should().Be("\"1\"");
    }

    [Theory]
    [InlineData("&since={0}", 304)]
    [InlineData("", 404)]
    public async Task Get_WaitIsOver_TellsThatThereIsNothing(string since, int status)
    {
        var cursor = await CursorAsync("#");

        using var response = await bridge.GetAsync(
            Uri(EmbeddedBridge.NewTopic(), string.Format(System.Globalization.CultureInfo.InvariantCulture, since, cursor) + "&wait=0.05"), null);

        ((int)response.StatusCode).Should().Be(status);
        response.Headers.GetValues("Bridge-Cursor").Should().ContainSingle();
    }

    [Fact]
    public async Task Get_ClientOfAWaitLeaves_LeavesNothingBehind()
    {
        using var patience = new CancellationTokenSource();
        var waiting = bridge.Client.GetAsync(Uri(EmbeddedBridge.NewTopic(), "&wait=60"), patience.Token);
        await WaitForWatchersAsync(1);

        await patience.CancelAsync();

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        await WaitForWatchersAsync(0);
    }

    [Fact]
    public async Task Stop_SomebodyWaits_AnswersAndDoesNotWaitForThem()
    {
        var host = await EmbeddedBridge.StartAsync();
        Task<HttpResponseMessage> waiting;
        // Its disposal stops it, in bounded time.
        await using (host)
        {
            waiting = host.Client.GetAsync("/events?brokerKey=embedded&topic=none&wait=60");
            await Eventually.HoldsAsync(() => host.Watchers("embedded") == 1);
            var stopping = host.StopAsync();
            using var response = await waiting.WaitAsync(Eventually.DefaultTimeout);
            response.StatusCode.Should().Be(HttpStatusCode.NotFound);
            await stopping;
        }
    }

    [Theory]
    [InlineData("maxAge=0.2", null, 504)]
    [InlineData("maxAge=1000", null, 200)]
    [InlineData("", "max-age=1000", 200)]
    [InlineData("", "max-age=0", 200)]
    [InlineData("maxAge=0.2", "max-age=1000", 504)]
    public async Task Get_OlderThanAllowed_IsStale(string query, string? cacheControl, int status)
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");
        var receivedAt = (await bridge.GetMessageAsync(topic)).GetProperty("receivedAt").GetDateTimeOffset();
        await Eventually.HoldsAsync(() => TimeProvider.System.GetUtcNow() - receivedAt > TimeSpan.FromSeconds(0.25));

        using var response = await GetAsync(Uri(topic, $"&{query}"), ("Cache-Control", cacheControl));

        ((int)response.StatusCode).Should().Be(status);
        if (status == 504)
            await response.ShouldBeProblemAsync(504, ErrorCodes.Stale);
    }

    [Fact]
    public async Task Get_OlderThanAllowedAmongOthers_AreLeftOutAndCounted()
    {
        var root = EmbeddedBridge.NewTopic();
        var old = TestMessages.Message($"{root}/old", "1", receivedAt: TimeProvider.System.GetUtcNow().AddHours(-1)) with { BrokerKey = "embedded" };
        bridge.Host.Services.GetRequiredService<MessageStreams>().Find("embedded")!.Receive(old, subscribedAt: -1);
        await bridge.SeedAsync($"{root}/new", "1");

        using var response = await bridge.GetAsync(Uri($"{root}/#", "&maxAge=600"), null);

        JsonSerializer.Deserialize<JsonElement[]>(await response.Content.ReadAsStringAsync())!.Select(message => Text(message, "topic"))
            .Should().Equal($"{root}/new");
        response.Headers.GetValues("Bridge-Stale").Should().Equal("1");
    }

    [Fact]
    public async Task Get_Limit_LinksToTheRest()
    {
        var root = EmbeddedBridge.NewTopic();
        foreach (var name in new[] { "a", "b", "c+", "d &é", "e" })
            await bridge.SeedAsync($"{root}/{(name == "c+" ? "c" : name)}", "1");
        var uri = Uri($"{root}/#", "&limit=2&format=json");
        var pages = new List<string[]>();
        var cursors = new HashSet<string>();
        for (var next = uri; next is not null;)
        {
            using var response = await GetAsync(next, ("Accept", "text/event-stream"));
            pages.Add([.. JsonSerializer.Deserialize<JsonElement[]>(await response.Content.ReadAsStringAsync())!.Select(message => Text(message, "topic"))]);
            cursors.Add(response.Headers.GetValues("Bridge-Cursor").Single());
            next = NextOf(response);
        }

        pages.SelectMany(page => page).Should().Equal($"{root}/a", $"{root}/b", $"{root}/c", $"{root}/d &é", $"{root}/e");
        pages.Select(page => page.Length).Should().Equal(2, 2, 1);
        cursors.Should().ContainSingle("all parts are as of the first");
    }

    [Theory]
    [InlineData("since=1", 400, "cursor_invalid")]
    [InlineData("since=", 400, "cursor_invalid")]
    [InlineData("since=a.-1", 400, "cursor_invalid")]
    [InlineData("since=a.99999999999999999999", 400, "cursor_invalid")]
    [InlineData("since=A.1", 400, "cursor_invalid")]
    [InlineData("since=a.1%0d%0aX: y", 400, "cursor_invalid")]
    [InlineData("since=0123456789abcdef0123456789abcdef0.1", 400, "cursor_invalid")]
    [InlineData("page=x", 400, "cursor_invalid")]
    [InlineData("page=a.5:9:t", 400, "cursor_invalid")]
    [InlineData("page=a.5:x:t", 400, "cursor_invalid")]
    [InlineData("wait=-1", 400, "request_invalid")]
    [InlineData("wait=61", 400, "request_invalid")]
    [InlineData("wait=x", 400, "request_invalid")]
    [InlineData("wait=NaN", 400, "request_invalid")]
    [InlineData("maxAge=-1", 400, "request_invalid")]
    [InlineData("maxAge=1e99", 400, "request_invalid")]
    [InlineData("limit=0", 400, "request_invalid")]
    [InlineData("limit=2147483648", 400, "request_invalid")]
    [InlineData("limit=1&limit=2", 400, "request_invalid")]
    [InlineData("format=xml", 400, "request_invalid")]
    [InlineData("resumeFrom=a.1", 400, "request_invalid")]
    [InlineData("page=a.1::t&since=a.1", 400, "request_invalid")]
    [InlineData("page=a.1::t&wait=1", 400, "request_invalid")]
    [InlineData("mode=latest", 400, "request_invalid")]
    [InlineData("snapshot=false", 400, "request_invalid")]
    [InlineData("format=stream&wait=1", 400, "request_invalid")]
    [InlineData("format=stream&limit=1", 400, "request_invalid")]
    [InlineData("format=stream&mode=some", 400, "request_invalid")]
    [InlineData("format=stream&maxRate=5", 400, "request_invalid")]
    [InlineData("format=stream&since=x", 400, "cursor_invalid")]
    [InlineData("format=stream&resumeFrom=a.1", 400, "request_invalid")]
    public async Task Get_BadParameter_IsTold(string query, int status, string code)
    {
        using var response = await bridge.GetAsync(Uri("#", $"&{query}"), null).WaitAsync(Eventually.DefaultTimeout);

        await response.ShouldBeProblemAsync(status, code);
    }

    [Theory]
    [InlineData("since")]
    [InlineData("page")]
    public async Task Get_CursorOfATimeToCome_IsRefused(string parameter)
    {
        var epoch = (await CursorAsync("#")).Split('.')[0];

        using var response = await bridge.GetAsync(Uri("#", $"&{parameter}={epoch}.999999999{(parameter == "page" ? "::t" : "")}"), null);

        await response.ShouldBeProblemAsync(400, ErrorCodes.CursorInvalid);
    }

    [Fact]
    public async Task Get_CursorOfAnotherRun_IsEverythingAndSaysSo()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");

        using var response = await bridge.GetAsync(Uri(topic, "&since=0a1b2c3d.5&wait=20"), null).WaitAsync(Eventually.DefaultTimeout);

        (await response.Content.ReadAsStringAsync()).Should().Be("\"1\"");
        response.Headers.GetValues("Bridge-Cursor-Reset").Should().Equal("true");
    }

    private static Uri Uri(string filter, string rest) => EmbeddedBridge.EventsUri(filter, rest);

    private static Uri? NextOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Link", out var links)
            // Relative to what was asked for.
            ? new Uri(response.RequestMessage!.RequestUri!, links.Single().Split('<', '>')[1])
            : null;

    private static string Text(JsonElement message, string name) => message.GetProperty(name).GetString()!;

    private Task WaitForWatchersAsync(int count) => Eventually.HoldsAsync(() => bridge.Host.Watchers("embedded") == count);

    private async Task<string> CursorAsync(string filter)
    {
        using var response = await bridge.GetAsync(Uri(filter, ""), null);
        return response.Headers.GetValues("Bridge-Cursor").Single();
    }

    private async Task<JsonElement[]> ReadListAsync(string filter, string rest)
    {
        using var response = await bridge.GetAsync(Uri(filter, rest), null);
        response.EnsureSuccessStatusCode();
        return JsonSerializer.Deserialize<JsonElement[]>(await response.Content.ReadAsStringAsync())!;
    }

    private async Task<HttpResponseMessage> GetAsync(Uri uri, (string Name, string? Value) header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (header.Value is not null)
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return await bridge.Client.SendAsync(request);
    }
}
