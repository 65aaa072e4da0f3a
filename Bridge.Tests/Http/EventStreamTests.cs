using System.Globalization;
using System.Net;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Http;

public sealed class EventStreamTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Fact]
    public async Task Get_Stream_TellsTheSubscriptionTheStateTheLastValuesAndThenEachMessage()
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/1", "old");
        await using var stream = await OpenAsync(root);

        var first = await stream.ReadUntilAsync("snapshot-complete");
        using var published = await bridge.PublishRawAsync($"{root}/2", "new"u8.ToArray());
        var live = (await stream.ReadUntilAsync("message")).Single();

        first.Select(item => item.Type).Should().Equal("subscribed", "state", "message", "snapshot-complete");
        first[0].Data.GetProperty("resumed").GetBoolean().Should().BeFalse();
        first[0].Data.GetProperty("matchedTopics").GetInt32().Should().Be(1);
        first[1].Data.GetProperty("state").GetString().Should().Be("connected");
        (first[2].Topic, first[2].Message, live.Topic, live.Message).Should().Be(($"{root}/1", "old", $"{root}/2", "new"));
        first[3].Id.Should().Be(first[3].Data.GetProperty("cursor").GetString());
        stream.LastEventId.Should().Be(live.Id);
        stream.Response.Content.Headers.ContentType!.ToString().Should().Be("text/event-stream; charset=utf-8");
        stream.Response.Headers.CacheControl!.NoCache.Should().BeTrue();
        stream.Response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        stream.Response.Headers.Contains("Bridge-Cursor-Reset").Should().BeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_StreamFromACursor_GoesOnRightBehindIt(bool byHeader)
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/1", "1");
        await using var before = await OpenAsync(root);
        var cursor = (await before.ReadUntilAsync("snapshot-complete"))[^1].Id!;
        foreach (var number in new[] { "2", "3", "4" })
            await bridge.SeedAsync($"{root}/1", number);

        await using var stream = byHeader ? await OpenAsync(root, "&since=other.1", cursor) : await OpenAsync(root, $"&since={cursor}");
        var events = await stream.ReadUntilAsync("snapshot-complete");

        events[0].Data.GetProperty("resumed").GetBoolean().Should().BeTrue();
        events.Where(item => item.Type == "message").Select(item => item.Message).Should().Equal("2", "3", "4");
    }

    [Fact]
    public async Task Get_StreamFromAnotherRunsCursor_TellsItAndBeginsAnew()
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/1", "1");

        await using var stream = await OpenAsync(root, "&snapshot=false", "0a1b2c3d.7");

        (await stream.ReadUntilAsync("snapshot-complete")).Select(item => item.Type).Should().Equal("subscribed", "state", "message", "snapshot-complete");
        stream.Response.Headers.GetValues("Bridge-Cursor-Reset").Should().Equal("true");
    }

    [Fact]
    public async Task Get_StreamWithoutSnapshot_CanGoOnFromItsBeginning()
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/1", "1");
        await using var stream = await OpenAsync(root, "&snapshot=false");

        await stream.ReadUntilAsync("state");
        await bridge.SeedAsync($"{root}/1", "2");
        await using var again = await OpenAsync(root, "&snapshot=false", stream.LastEventId);

        (await stream.ReadUntilAsync("message"))[^1].Message.Should().Be("2");
        (await again.ReadUntilAsync("message"))[^1].Message.Should().Be("2");
    }

    [Fact]
    public async Task Get_LatestStream_TellsWhatWasSkipped()
    {
        var root = EmbeddedBridge.NewTopic();
        await using var stream = await OpenAsync(root, "&mode=latest&maxRate=1");
        await stream.ReadUntilAsync("snapshot-complete");

        for (var number = 0; number < 100; number++)
            await bridge.SeedAsync($"{root}/1", number.ToString(CultureInfo.InvariantCulture));
        var events = new List<StreamEvent>();
        while (events.All(item => item.Type != "message" || item.Message != "99"))
            events.AddRange(await stream.ReadUntilAsync("message"));

        var skipped = events.Where(item => item.Type == "skipped").Sum(item => item.Data.GetProperty("skipped").GetInt64());
        skipped.Should().BePositive();
        (skipped + events.Count(item => item.Type == "message")).Should().Be(100);
    }

    [Fact]
    public async Task Get_StreamOfABrokerThatIsAway_TellsItsStateAndKeepsTheConnectionAlive()
    {
        var time = new FakeTimeProvider();
        var settings = new Dictionary<string, string?> { ["Bridge:Brokers:away:Url"] = $"mqtt://127.0.0.1:{LoopbackPort.Find()}" };
        await using var host = await BridgeHost.StartAsync(settings, services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time)));
        using var response = await host.Client.GetAsync("/events?brokerKey=away&topic=a&format=stream", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await ReadToAsync(reader, "event: snapshot-complete")).Should().Contain(line => line.Contains("\"brokerKey\":\"away\",\"state\":\"") && !line.Contains("\"connected\""));
        await ReadToAsync(reader, "");

        for (var beat = 0; beat < 3; beat++)
        {
            // The timer may not stand yet when the first events are read.
            var heartbeat = ReadToAsync(reader, ":");
            await Eventually.HoldsAsync(() =>
            {
                time.Advance(TimeSpan.FromSeconds(15));
                return heartbeat.IsCompleted;
            });
            (await heartbeat).Should().OnlyContain(line => line == ":" || line.Length == 0 || line.StartsWith("id: ", StringComparison.Ordinal) || line.Contains("state"));
        }
    }

    [Fact]
    public async Task Get_StreamOfAQuietTopic_TellsWhereItHasComeToAmongOthersMessages()
    {
        var time = new FakeTimeProvider();
        await using var host = await BridgeHost.StartAsync(
            new Dictionary<string, string?> { ["Bridge:Brokers:away:Url"] = $"mqtt://127.0.0.1:{LoopbackPort.Find()}" },
            services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time)));
        var messages = host.Services.GetRequiredService<Bridge.Server.FanOut.MessageStreams>().Get("away");
        using var response = await host.Client.GetAsync("/events?brokerKey=away&topic=quiet&format=stream", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await ReadToAsync(reader, "event: snapshot-complete");
        for (var i = 0; i < 5; i++)
            messages.Receive(TestMessages.Message("other", "1"), subscribedAt: -1);

        var beat = ReadToAsync(reader, $"id: {messages.CursorAt(messages.Position)}");

        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(15));
            return beat.IsCompleted;
        });
        (await beat).Should().NotContain(line => line.StartsWith("event: message", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Head_Stream_HasTheHeadersAndEnds()
    {
        using var response = await bridge.SendAsync(HttpMethod.Head, EmbeddedBridge.EventsUri("#", "&format=stream"), null).WaitAsync(Eventually.DefaultTimeout);

        (response.StatusCode, response.Content.Headers.ContentType!.MediaType).Should().Be((HttpStatusCode.OK, "text/event-stream"));
        await Eventually.HoldsAsync(() => Subscriptions() == 0);
    }

    [Fact]
    public async Task Dispose_ClientLeaves_EndsItsSubscription()
    {
        var stream = await OpenAsync(EmbeddedBridge.NewTopic());
        await stream.ReadUntilAsync("snapshot-complete");
        // Those of other tests may just be ending.
        await Eventually.HoldsAsync(() => Subscriptions() == 1);

        await stream.DisposeAsync();

        await Eventually.HoldsAsync(() => Subscriptions() == 0);
    }

    [Fact]
    public async Task Stop_StreamsAreOpen_EndsThem()
    {
        await using var host = await EmbeddedBridge.StartAsync();
        await using var stream = await EventStreamClient.OpenAsync(host.Client, "/events?brokerKey=embedded&topic=none");
        await stream.ReadUntilAsync("snapshot-complete");

        await host.StopAsync();

        StreamEvent? last;
        do
            last = await stream.ReadAsync();
        while (last is { Type: "state" });
        last.Should().BeNull();
    }

    private static async Task<List<string>> ReadToAsync(StreamReader reader, string end)
    {
        var lines = new List<string>();
        do
            lines.Add(await reader.ReadLineAsync().WaitAsync(Eventually.DefaultTimeout) ?? throw new EndOfStreamException());
        while (lines[^1] != end);
        return lines;
    }

    private int Subscriptions() => bridge.Host.Services.GetRequiredService<Bridge.Server.FanOut.MessageStreams>().Get("embedded").GetStatistics().Subscriptions;

    private Task<EventStreamClient> OpenAsync(string root, string rest = "", string? lastEventId = null) =>
        EventStreamClient.OpenAsync(bridge.Client, EmbeddedBridge.EventsUri($"{root}/#", rest).OriginalString, lastEventId);
}
