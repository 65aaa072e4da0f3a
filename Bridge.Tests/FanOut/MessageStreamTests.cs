using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.FanOut;

public sealed class MessageStreamTests
{
    private readonly StreamScene _scene = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Subscribe_ThenMessages_DeliversThemInOrderWithRisingCursors(bool json)
    {
        var (sink, outbox) = _scene.Connect(json ? WireFormat.Json : WireFormat.MessagePack);
        var subscription = _scene.Subscribe(outbox, "a/+");

        for (var i = 0; i < 100; i++)
            _scene.Send(i % 2 == 0 ? "a/x" : "b");

        await sink.Records.WaitForAsync(record => record is MessageBatch { Cursor: "epoch.99" });
        sink.Batches().SelectMany(batch => batch.Messages).Select(StreamScene.Number)
            .Should().Equal(Enumerable.Range(0, 50).Select(i => (2L * i) + 1));
        sink.Batches().Should().OnlyContain(batch => batch.Subscription == subscription.Id && batch.BrokerKey == "plant" && batch.Skipped == 0);
        sink.Batches().Select(batch => StreamScene.PositionOf(batch.Cursor)).Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task Subscribe_NothingMatches_GivesOneEmptyCompleteSnapshot()
    {
        _scene.Send("other");
        var (sink, outbox) = _scene.Connect();

        var subscription = _scene.Subscribe(outbox, "a/#", snapshot: true);

        await sink.Writes.WaitForAsync(_ => true);
        sink.Records.Items.Should().ContainSingle().Which.Should().BeEquivalentTo(new MessageBatch
        {
            Subscription = subscription.Id,
            BrokerKey = "plant",
            Cursor = "epoch.1",
            Snapshot = true,
            SnapshotComplete = true,
        });
        subscription.Should().Be(new Subscription("s1", "epoch.1", 0, Resumed: false, Gap: false));
    }

    [Fact]
    public async Task Subscribe_WithoutSnapshot_GivesOnlyWhatComesLater()
    {
        _scene.Send("a");
        var (sink, outbox) = _scene.Connect();

        var subscription = _scene.Subscribe(outbox);
        _scene.Send("a");

        await sink.Records.WaitForAsync(record => record is MessageBatch { Messages.Count: > 0 });
        sink.Batches().Should().ContainSingle().Which.Snapshot.Should().BeFalse();
        sink.Batches()[0].Messages.Select(StreamScene.Number).Should().Equal(2);
        subscription.MatchedTopics.Should().Be(1);
    }

    [Theory]
    [InlineData(1500, 0)]
    [InlineData(20, 10_000)]
    public async Task Subscribe_LargeSnapshot_ComesInPiecesThatRiseAndEndOnce(int topics, int padding)
    {
        for (var i = 0; i < topics; i++)
            _scene.Send($"a/{i}", padding);
        _scene.Send("other");
        var (sink, outbox) = _scene.Connect();

        _scene.Subscribe(outbox, "a/#", snapshot: true);

        await sink.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
        var batches = sink.Batches();
        batches.Should().HaveCountGreaterThanOrEqualTo(3).And.OnlyContain(batch => batch.Snapshot);
        batches.Count(batch => batch.SnapshotComplete).Should().Be(1);
        batches[^1].SnapshotComplete.Should().BeTrue();
        batches.SelectMany(batch => batch.Messages).Select(StreamScene.Number).Should().Equal(Enumerable.Range(1, topics).Select(i => (long)i));
        batches.SkipLast(1).Select(batch => StreamScene.PositionOf(batch.Cursor))
            .Should().Equal(batches.SkipLast(1).Select(batch => StreamScene.Number(batch.Messages[^1])));
        batches[^1].Cursor.Should().Be($"epoch.{topics + 1}");
    }

    [Fact]
    public async Task Subscribe_SameFilterTwiceOnOneConnection_GetsTwoIdsThatOthersShare()
    {
        var (first, firstOutbox) = _scene.Connect();
        var (second, secondOutbox) = _scene.Connect();

        var firstIds = new[] { _scene.Subscribe(firstOutbox).Id, _scene.Subscribe(firstOutbox).Id };
        var secondIds = new[] { _scene.Subscribe(secondOutbox).Id, _scene.Subscribe(secondOutbox).Id };
        var otherId = _scene.Subscribe(secondOutbox, "+/#").Id;
        _scene.Send("a");

        firstIds.Should().OnlyHaveUniqueItems().And.Equal(secondIds);
        firstIds.Should().NotContain(otherId);
        foreach (var (sink, id) in firstIds.SelectMany(id => new[] { (first, id), (second, id) }))
            await sink.Records.WaitForAsync(record => record is MessageBatch { Messages.Count: 1 } batch && batch.Subscription == id);
    }

    [Fact]
    public async Task Unsubscribe_OneOfTwo_StopsThatOneAlone()
    {
        var (sink, outbox) = _scene.Connect();
        var ending = _scene.Subscribe(outbox, "a");
        var staying = _scene.Subscribe(outbox, "#");

        _scene.Unsubscribe(outbox, ending);
        _scene.Send("a");

        await sink.Records.WaitForAsync(record => record is MessageBatch { Messages.Count: 1 });
        sink.Batches(ending.Id).Should().BeEmpty();
        sink.Batches(staying.Id).Should().ContainSingle();
        outbox.Find(ending.Id).Should().BeNull();
        _scene.Stream.GetStatistics().Subscriptions.Should().Be(1);
    }

    [Fact]
    public void Unsubscribe_Last_RemovesTheFeed()
    {
        var (_, outbox) = _scene.Connect();
        var first = _scene.Subscribe(outbox, "a");

        _scene.Unsubscribe(outbox, first);

        _scene.Subscribe(outbox, "a").Id.Should().NotBe(first.Id, "a feed that nobody is left on is not kept");
    }

    [Fact]
    public void Subscribe_MoreThanAllowed_IsRefusedAndLeavesNothingBehind()
    {
        _scene.Limits.SubscriptionsPerConnection = 1;
        var (_, outbox) = _scene.Connect();
        var first = _scene.Subscribe(outbox, "a");

        var act = () => _scene.Subscribe(outbox, "b");

        act.Should().Throw<BridgeException>().Which.Code.Should().Be(ErrorCodes.TooManySubscriptions);
        _scene.Stream.GetStatistics().Subscriptions.Should().Be(1);
        _scene.Unsubscribe(outbox, first);
        _scene.Subscribe(outbox, "b").Id.Should().Be("s3", "the refused one's feed s2 is gone");
    }

    [Fact]
    public void Sweep_AfterEvictions_SaysOnceHowMany()
    {
        var scene = new StreamScene(new CacheOptions { MaxTopics = 2 });
        for (var i = 0; i < 5; i++)
            scene.Send($"a/{i}");

        scene.Stream.Sweep();
        scene.Stream.Sweep();

        scene.Logs.Entries.Items.Should().ContainSingle(entry => entry.Level == LogLevel.Warning)
            .Which.Message.Should().Contain("Broker plant").And.Contain("3 last values were evicted");
    }
}
