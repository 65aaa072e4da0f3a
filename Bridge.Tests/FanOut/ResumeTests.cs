using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;

namespace Bridge.Tests.FanOut;

/// <summary>A subscriber that comes back with the cursor that it had.</summary>
public sealed class ResumeTests
{
    private const int Recent = 5000;
    private const int Gone = 3000;

    private readonly StreamScene _scene = new(cache: new CacheOptions { RecentMessages = Recent, MaxTopics = 10 });

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(Recent - 2)]
    public async Task Subscribe_WithACursorOfAShortWhileAgo_GetsEachMessageSince(int missed)
    {
        Send(7);
        var cursor = _scene.Stream.CursorAt(_scene.Stream.Position);
        Send(missed);
        var (sink, outbox) = _scene.Connect();

        var subscription = _scene.Subscribe(outbox, "t/#", resumeFrom: cursor);
        Send(2);

        subscription.Resumed.Should().BeTrue();
        await WaitForLastAsync(sink);
        Numbers(sink).Should().Equal(Enumerable.Range(8, missed + 2).Select(number => (long)number));
        sink.Batches().Should().OnlyContain(batch => !batch.Snapshot && batch.Skipped == 0);
        sink.Batches().Single(batch => batch.SnapshotComplete).Cursor.Should().Be(subscription.Cursor);
    }

    [Fact]
    public async Task Subscribe_FromEveryCursorThatABatchHad_GetsTheRest()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "t/#");
        Send(1000);
        await WaitForLastAsync(sink);

        foreach (var cursor in sink.Batches().Select(batch => batch.Cursor))
        {
            var (again, againOutbox) = _scene.Connect();
            _scene.Subscribe(againOutbox, "t/#", resumeFrom: cursor);
            await again.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
            Numbers(again).Should().Equal(Numbers(sink).Where(number => number > StreamScene.PositionOf(cursor)));
        }
    }

    [Fact]
    public async Task Subscribe_WithACursorOfTooLongAgo_GetsAFullSnapshotAlsoWhereItWantsNone()
    {
        Send(1);
        var cursor = _scene.Stream.CursorAt(0);
        Send(Recent);
        var (sink, outbox) = _scene.Connect();

        var subscription = _scene.Subscribe(outbox, "t/#", snapshot: false, resumeFrom: cursor);

        subscription.Resumed.Should().BeFalse();
        await sink.Records.WaitForAsync(record => record is MessageBatch { Snapshot: true, SnapshotComplete: true, Messages.Count: 3 });
    }

    [Fact]
    public async Task Subscribe_WithACursorOfAnotherRun_GetsAFullSnapshot()
    {
        Send(5);
        var (sink, outbox) = _scene.Connect();

        var subscription = _scene.Subscribe(outbox, "t/#", resumeFrom: "other.3");

        subscription.Resumed.Should().BeFalse();
        await sink.Records.WaitForAsync(record => record is MessageBatch { Snapshot: true, SnapshotComplete: true, Messages.Count: 3 });
    }

    [Fact]
    public void Subscribe_WithACursorOfATimeToCome_IsRefusedAndLeavesNothingBehind()
    {
        Send(5);
        var (_, outbox) = _scene.Connect();

        FluentActions.Invoking(() => _scene.Subscribe(outbox, "t/#", resumeFrom: "epoch.6"))
            .Should().Throw<BridgeException>().Which.Code.Should().Be("cursor_invalid");

        _scene.Stream.GetStatistics().Feeds.Count.Should().Be(0);
    }

    [Fact]
    public async Task Subscribe_LatestWithACursor_GetsTheLastOfEachTopicThatChangedAndWhatDeletedIt()
    {
        _scene.Receive("t/gone", "1", retain: true);
        Send(Recent + 3);
        var cursor = _scene.Stream.CursorAt(_scene.Stream.Position);
        _scene.Receive("t/gone", "", retain: true);
        _scene.Send("t/1");
        _scene.Send("t/1");
        var (sink, outbox) = _scene.Connect();

        var subscription = _scene.Subscribe(outbox, "t/#", mode: DeliveryMode.Latest(null), resumeFrom: cursor);

        subscription.Resumed.Should().BeTrue();
        var batch = (MessageBatch)await sink.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
        batch.Messages.Select(message => (message.Topic, message.GetText())).Should().Equal(("t/gone", ""), ("t/1", $"{_scene.Stream.Position}"));
    }

    [Fact]
    public void Subscribe_LatestWithACursorAndTopicsEvictedSince_DoesNotResume()
    {
        _scene.Send("t/evicted");
        var cursor = _scene.Stream.CursorAt(0);
        for (var i = 0; i < 10; i++)
            _scene.Send($"t/{i}");
        var (_, outbox) = _scene.Connect();

        _scene.Subscribe(outbox, "t/#", mode: DeliveryMode.Latest(null), resumeFrom: cursor).Resumed.Should().BeFalse();
        _scene.Subscribe(outbox, "t/#", mode: DeliveryMode.Latest(null), resumeFrom: _scene.Stream.CursorAt(1)).Resumed.Should().BeTrue();
    }

    [Fact]
    public async Task Subscribe_MessagesGoneBeforeTheirTurn_CountsThemAsSkipped()
    {
        Send(Recent);
        var (sink, outbox) = _scene.Connect();
        sink.BeforeWrite = () =>
        {
            sink.BeforeWrite = () => Task.CompletedTask;
            Send(Gone);
            return Task.CompletedTask;
        };

        _scene.Subscribe(outbox, "t/#", resumeFrom: _scene.Stream.CursorAt(0)).Resumed.Should().BeTrue();

        await WaitForLastAsync(sink);
        Numbers(sink).Should().OnlyHaveUniqueItems().And.BeInAscendingOrder();
        sink.Batches().Sum(batch => batch.Skipped).Should().BeInRange(1, Gone - 1, "what is still kept is sent");
        (Numbers(sink).Count + sink.Batches().Sum(batch => batch.Skipped)).Should().Be(Recent + Gone);
    }

    private void Send(int count)
    {
        for (var i = 0; i < count; i++)
            _scene.Send($"t/{i % 3}");
    }

    private async Task WaitForLastAsync(FakeSink sink) => await sink.Records.WaitForAsync(record =>
        record is MessageBatch batch && StreamScene.PositionOf(batch.Cursor) == _scene.Stream.Position && (batch.Messages.Count > 0 || batch.SnapshotComplete));

    private static List<long> Numbers(FakeSink sink) => [.. sink.Batches().SelectMany(batch => batch.Messages).Select(StreamScene.Number)];
}
