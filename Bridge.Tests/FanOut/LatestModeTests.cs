using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

/// <summary>Subscribers of only the last message of each topic.</summary>
public sealed class LatestModeTests
{
    private static readonly DeliveryMode TenTimesASecond = DeliveryMode.Latest(10);

    private readonly StreamScene _scene = new(limits: new LimitOptions { OutboxBytes = 3000 });

    [Fact]
    public async Task Receive_AfterAQuietTime_DeliversAtOnce()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a/#", mode: TenTimesASecond);

        _scene.Send("a/1");

        await sink.Records.WaitForAsync(record => record is MessageBatch { Messages: [{ Topic: "a/1" }], Skipped: 0 });
    }

    [Fact]
    public async Task Receive_BeforeTheTimeIsOver_KeepsTheLastOfEachTopicAndCountsTheOthers()
    {
        var (sink, outbox) = _scene.Connect();
        var subscription = _scene.Subscribe(outbox, "a/#", mode: TenTimesASecond);
        await SendAndSettleAsync("a/1");

        await SendAndSettleAsync("a/1", "a/2", "a/1", "a/3", "a/1");
        _scene.Time.Advance(TimeSpan.FromMilliseconds(99));
        await SendAndSettleAsync("a/3");
        sink.Batches().Should().ContainSingle("the second delivery is due after 100 ms");
        _scene.Time.Advance(TimeSpan.FromMilliseconds(1));

        await Eventually.HoldsAsync(() => sink.Batches().Count == 2);
        var batch = sink.Batches(subscription.Id)[1];
        batch.Messages.Select(message => (message.Topic, StreamScene.Number(message))).Should().Equal(("a/2", 4), ("a/1", 7), ("a/3", 9));
        batch.Skipped.Should().Be(3);
        batch.Cursor.Should().Be("epoch.9");
    }

    [Fact]
    public async Task Receive_WithoutARate_KeepsTheLastOfEachTopicWithinADelivery()
    {
        var scene = new StreamScene(gatherMilliseconds: 10);
        var (sink, outbox) = scene.Connect();
        scene.Subscribe(outbox, "a/#", mode: DeliveryMode.Latest(null));
        scene.Send("a/1");
        await sink.Writes.WaitForAsync(_ => true);

        for (var i = 0; i < 10; i++)
            scene.Send($"a/{i % 2}");
        scene.Time.Advance(TimeSpan.FromMilliseconds(10));

        await sink.Records.WaitForAsync(record => record is MessageBatch { Skipped: 8, Messages.Count: 2 });
    }

    [Fact]
    public async Task Subscribe_WhileMessagesGather_GetsEachOnceAndTheOthersTheirOwn()
    {
        var (early, earlyOutbox) = _scene.Connect();
        _scene.Subscribe(earlyOutbox, "a/#", mode: TenTimesASecond);
        await SendAndSettleAsync("a/1");
        await SendAndSettleAsync("a/1", "a/2");

        var (late, lateOutbox) = _scene.Connect();
        _scene.Subscribe(lateOutbox, "a/#", snapshot: true, mode: TenTimesASecond);
        await SendAndSettleAsync("a/3", "a/3", "a/1");
        _scene.Time.Advance(TimeSpan.FromMilliseconds(100));

        await early.Records.WaitForAsync(record => record is MessageBatch { Messages.Count: 3, Skipped: 2 });
        await late.Records.WaitForAsync(record => record is MessageBatch { Snapshot: false });
        late.Batches()[0].Messages.Select(message => message.Topic).Should().Equal("a/1", "a/2");
        late.Batches()[1].Messages.Select(message => message.Topic).Should().Equal("a/3", "a/1");
        late.Batches()[1].Skipped.Should().Be(1);
    }

    [Fact]
    public async Task Offer_ToAStalledConnection_CatchesUpWithoutDeliveringMoreOften()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a/#", mode: TenTimesASecond);
        sink.Stall();
        // Until it is behind, and then something that only gathers.
        for (var i = 0; i < 50; i++)
        {
            await SendAndSettleAsync([.. Enumerable.Range(0, 20).Select(topic => $"a/{topic}")]);
            _scene.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        // The first of these may still be due at once; what follows is not.
        await SendAndSettleAsync("a/0");
        var due = _scene.Stream.Position;
        await SendAndSettleAsync("a/0", "a/1");
        sink.Release();

        await sink.Records.WaitForAsync(record => record is MessageBatch { Skipped: > 0 });
        await SendAndSettleAsync();
        Numbers(sink).Should().OnlyContain(number => number <= due);
        _scene.Time.Advance(TimeSpan.FromMilliseconds(100));
        await sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(message => StreamScene.Number(message) == due + 2));
        var numbers = Numbers(sink);
        numbers.Should().OnlyHaveUniqueItems().And.BeInAscendingOrder();
        (numbers.Count + sink.Batches().Sum(batch => batch.Skipped)).Should().Be(1003);
    }

    [Fact]
    public void Subscribe_InAnotherMode_IsAnotherFeed()
    {
        var (_, first) = _scene.Connect();
        var (_, second) = _scene.Connect();

        var all = _scene.Subscribe(first, "a");
        var latest = _scene.Subscribe(first, "a", mode: DeliveryMode.Latest(null));
        var slow = _scene.Subscribe(first, "a", mode: DeliveryMode.Latest(1));

        new[] { all.Id, latest.Id, slow.Id }.Should().OnlyHaveUniqueItems();
        _scene.Subscribe(second, "a", mode: DeliveryMode.Latest(1)).Id.Should().Be(slow.Id);
    }

    private static List<long> Numbers(FakeSink sink) => [.. sink.Batches().SelectMany(batch => batch.Messages).Select(StreamScene.Number)];

    /// <summary>Sends, and waits until all that is due has been offered: a subscriber of everything has got it.</summary>
    private async Task SendAndSettleAsync(params string[] topics)
    {
        var (witness, outbox) = _scene.Connect();
        var subscription = _scene.Subscribe(outbox);
        foreach (var topic in topics)
            _scene.Send(topic);
        _scene.Send("settled");
        await witness.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(message => message.Topic == "settled"));
        _scene.Unsubscribe(outbox, subscription);
    }
}
