using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

/// <summary>A connection that does not read: what waits for it is bounded, what it misses is counted, and it catches up.</summary>
public sealed class OutboxBehindTests
{
    private const int OutboxBytes = 100_000;
    private const int Topics = 7;

    private readonly StreamScene _scene = new(limits: new LimitOptions { OutboxBytes = OutboxBytes });
    private int _sent;
    private long _last;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Offer_ToAStalledConnection_CountsWhatItSkipsAndCatchesUp(bool json)
    {
        var (sink, outbox) = _scene.Connect(json ? WireFormat.Json : WireFormat.MessagePack);
        var subscription = _scene.Subscribe(outbox, "a/#", snapshot: true);
        await StallAsync(sink);

        await SendAsync(20_000);
        sink.Release();

        await sink.Records.WaitForAsync(record => record is MessageBatch { Skipped: > 0 });
        await SendAsync(1);
        await sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(IsLast));
        var live = sink.Batches(subscription.Id).Where(batch => !batch.Snapshot).ToList();
        var numbers = live.SelectMany(batch => batch.Messages).Select(StreamScene.Number).ToList();
        (numbers.Count + live.Sum(batch => batch.Skipped)).Should().Be(_sent);
        numbers.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        LatestOf(live).Should().BeEquivalentTo(LatestOf(await AllAsync()));
    }

    [Fact]
    public async Task Offer_ToAStalledConnection_KeepsNoMoreThanTheBound()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a/#", snapshot: true);
        await StallAsync(sink);

        await SendAsync(20_000);
        sink.Release();

        await sink.Records.WaitForAsync(record => record is MessageBatch { Skipped: > 0 });
        sink.Writes.Items.Sum().Should().BeLessThan(OutboxBytes + 5000, "the rest is the snapshot, the first message and seven last values");
        sink.Batches()[^1].Messages.Should().HaveCount(Topics);
        sink.Batches().Should().HaveCountGreaterThan(3, "something waited too");
    }

    [Fact]
    public async Task Offer_MoreTopicsMissedThanOneBatchTakes_ToldOnceWhatWasSkipped()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a/#", snapshot: true);
        await StallAsync(sink);

        await SendAsync(20_000, topics: 2000);
        sink.Release();

        await sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(IsLast));
        var catchUp = sink.Batches().SkipWhile(batch => batch.Skipped == 0).ToList();
        catchUp.Should().HaveCountGreaterThan(3).And.OnlyContain(batch => !batch.Snapshot && !batch.SnapshotComplete);
        catchUp.Sum(batch => batch.Messages.Count).Should().Be(2000);
        catchUp.Skip(1).Sum(batch => batch.Skipped).Should().Be(0);
    }

    [Fact]
    public async Task Offer_BatchLargerThanTheBound_IsTakenByAnEmptyOutbox()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox);

        _scene.Send("a", OutboxBytes * 2);

        await sink.Records.WaitForAsync(record => record is MessageBatch { Skipped: 0, Messages.Count: 1 });
    }

    [Fact]
    public async Task Offer_UnboundedOutbox_KeepsEverything()
    {
        _scene.Limits.OutboxBytes = 0;
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a/#", snapshot: true);
        await StallAsync(sink);

        await SendAsync(20_000);
        sink.Release();

        await sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(IsLast));
        sink.Batches().Sum(batch => batch.Messages.Count).Should().Be(20_001);
        sink.Batches().Should().OnlyContain(batch => batch.Skipped == 0);
    }

    [Fact]
    public async Task Offer_StalledWhileTopicsAreDeleted_TellsTheDeletionOfEach()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a/#", snapshot: true);
        await StallAsync(sink);

        await SendAsync(20_000);
        for (var i = 0; i < Topics; i++)
            _scene.Receive($"a/{i}", "", retain: true);
        await SendAsync(0);
        sink.Release();

        await sink.Records.WaitForAsync(record => record is MessageBatch { Skipped: > 0 });
        var live = sink.Batches().Where(batch => !batch.Snapshot).ToList();
        live[^1].Messages.Select(message => message.Topic).Should().BeEquivalentTo(Enumerable.Range(0, Topics).Select(i => $"a/{i}"));
        live[^1].Messages.Should().OnlyContain(message => message.Retain && message.Payload.IsEmpty);
        (live.Sum(batch => batch.Messages.Count) + live.Sum(batch => batch.Skipped)).Should().Be(_sent + Topics);
    }

    [Fact]
    public async Task Unsubscribe_WhileBehind_SendsNothingAndHoldsNobodyUp()
    {
        var (sink, outbox) = _scene.Connect();
        var ending = _scene.Subscribe(outbox, "a/#", snapshot: true);
        var staying = _scene.Subscribe(outbox, "b");
        await StallAsync(sink);
        await SendAsync(20_000);
        var begun = sink.Batches(ending.Id).Count + 1;

        _scene.Unsubscribe(outbox, ending);
        sink.Release();
        _scene.Send("b");

        await sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Subscription == staying.Id);
        sink.Batches(ending.Id).Should().HaveCount(begun, "what was being written when it ended is all that it still gets");
    }

    [Fact]
    public async Task Unsubscribe_WithMuchQueued_LetsWhatIsQueuedBehindItThrough()
    {
        _scene.Limits.OutboxBytes = 0;
        var (sink, outbox) = _scene.Connect();
        var ending = _scene.Subscribe(outbox, "a/#", snapshot: true);
        var staying = _scene.Subscribe(outbox, "b");
        await StallAsync(sink);
        await SendAsync(3, padding: 100_000);
        _scene.Send("b");
        await SendAsync(0);

        _scene.Unsubscribe(outbox, ending);
        sink.Release();

        await sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Subscription == staying.Id);
    }

    /// <summary>Waits until a write is under way that does not end.</summary>
    private async Task StallAsync(FakeSink sink)
    {
        await sink.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
        sink.Stall();
        var writes = sink.Entered;
        _scene.Send("a/0");
        _sent++;
        await Eventually.HoldsAsync(() => sink.Entered > writes);
    }

    /// <summary>Sends, and waits until all connections were offered it: one that came later has got it all.</summary>
    private async Task SendAsync(int count, int padding = 0, int topics = Topics)
    {
        var (witness, outbox) = _scene.Connect();
        var subscription = _scene.Subscribe(outbox, "#");
        for (var i = 0; i < count; i++)
            _scene.Send($"a/{i % topics}", padding);
        (_sent, _last) = (_sent + count, _scene.Stream.Position);
        _scene.Receive("end", "end");
        await witness.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(message => message.Topic == "end"));
        _scene.Unsubscribe(outbox, subscription);
    }

    private async Task<List<MessageBatch>> AllAsync()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a/#", snapshot: true);
        await sink.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
        return sink.Batches();
    }

    private bool IsLast(BridgeMessage message) => StreamScene.Number(message) == _last;

    private static Dictionary<string, long> LatestOf(IEnumerable<MessageBatch> batches) => batches
        .SelectMany(batch => batch.Messages)
        .GroupBy(message => message.Topic, StreamScene.Number)
        .ToDictionary(topic => topic.Key, topic => topic.Max());
}
