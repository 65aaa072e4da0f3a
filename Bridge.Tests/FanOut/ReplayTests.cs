using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

/// <summary>Last values that are too many to be held for one connection: they are read as they are sent, while topics change.</summary>
public sealed class ReplayTests
{
    private const int Topics = 9000;

    private readonly StreamScene _scene = new(limits: new LimitOptions { OutboxBytes = 20_000 });
    private readonly Random _random = new(4711);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Subscribe_ManyTopics_SendsEachOnceInOrder(bool json)
    {
        SendAll();
        var (sink, outbox) = _scene.Connect(json ? WireFormat.Json : WireFormat.MessagePack);

        var subscription = _scene.Subscribe(outbox, "t/#", snapshot: true);

        await sink.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
        subscription.MatchedTopics.Should().Be(Topics);
        var batches = sink.Batches();
        Numbers(batches).Should().HaveCount(Topics).And.BeInAscendingOrder().And.OnlyHaveUniqueItems();
        batches.Should().OnlyContain(batch => batch.Snapshot && batch.Skipped == 0);
        batches[^1].Cursor.Should().Be(subscription.Cursor);
    }

    [Fact]
    public async Task Subscribe_TopicsChangeMeanwhile_GetsEachOfThemAsSnapshotOrLive()
    {
        SendAll();
        var (sink, outbox) = _scene.Connect();
        sink.BeforeWrite = ChangeSome;

        _scene.Subscribe(outbox, "t/#", snapshot: true);

        await sink.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
        await WaitUntilAccountedForAsync(sink, from: Topics);
        var snapshot = sink.Batches().Where(batch => batch.Snapshot).ToList();
        snapshot[^1].SnapshotComplete.Should().BeTrue();
        Numbers(snapshot).Should().OnlyHaveUniqueItems().And.BeInAscendingOrder();
        Numbers(snapshot).Should().HaveCountLessThan(Topics, "otherwise nothing changed in time");
        LatestOf(sink).Should().BeEquivalentTo(LatestOf(await AllAsync()));
    }

    [Fact]
    public async Task CatchUp_TopicsChangeMeanwhile_AccountsForAllThatWasPublished()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "t/#");
        sink.Stall();
        _scene.Send("t/0");
        await Eventually.HoldsAsync(() => sink.Entered == 1);
        SendAll();
        SendAll();
        sink.BeforeWrite = ChangeSome;

        sink.Release();

        await WaitUntilAccountedForAsync(sink, from: 0);
        Numbers(sink.Batches()).Should().OnlyHaveUniqueItems().And.BeInAscendingOrder();
        LatestOf(sink).Should().BeEquivalentTo(LatestOf(await AllAsync()));
    }

    private void SendAll()
    {
        for (var i = 0; i < Topics; i++)
            _scene.Send($"t/{i}");
    }

    /// <summary>Between two pieces, the first twenty times.</summary>
    private Task ChangeSome()
    {
        if (_scene.Stream.Position < (2 * Topics) + 2000)
        {
            for (var i = 0; i < 100; i++)
                _scene.Send($"t/{_random.Next(Topics)}");
        }

        return Task.CompletedTask;
    }

    private async Task WaitUntilAccountedForAsync(FakeSink sink, long from) =>
        await Eventually.HoldsAsync(() =>
        {
            var live = sink.Batches().Where(batch => !batch.Snapshot).ToList();
            return live.Sum(batch => batch.Messages.Count) + live.Sum(batch => batch.Skipped) == _scene.Stream.Position - from;
        });

    private async Task<FakeSink> AllAsync()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "t/#", snapshot: true);
        await sink.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
        return sink;
    }

    private static List<long> Numbers(IEnumerable<MessageBatch> batches) => [.. batches.SelectMany(batch => batch.Messages).Select(StreamScene.Number)];

    private static Dictionary<string, long> LatestOf(FakeSink sink) => sink.Batches()
        .SelectMany(batch => batch.Messages)
        .GroupBy(message => message.Topic, StreamScene.Number)
        .ToDictionary(topic => topic.Key, topic => topic.Max());
}
