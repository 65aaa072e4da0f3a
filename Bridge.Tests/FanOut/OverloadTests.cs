using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

/// <summary>Deliveries that cannot keep up with what is received: memory is bounded, and what is left out is counted.</summary>
public sealed class OverloadTests : IDisposable
{
    private const int More = (OpenMessages.MostBytes / SequencedMessage.Overhead) + 5000;

    private readonly StreamScene _scene = new(limits: new LimitOptions { OutboxBytes = 0 });
    private readonly ManualResetEventSlim _goOn = new();

    public void Dispose()
    {
        _goOn.Set();
        _goOn.Dispose();
    }

    [Fact]
    public async Task Receive_MoreThanDeliveriesTake_KeepsTheLastOfEachTopicForAllAndTellsIt()
    {
        using var conflated = _scene.Meters.Count("bridge.messages.conflated");
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "t/#");
        await BlockDeliveryAsync();

        Send(More, topics: 7);
        var (joined, joinedOutbox) = _scene.Connect();
        _scene.Subscribe(joinedOutbox, "t/#", snapshot: true);
        Send(10, topics: 7);
        _goOn.Set();

        await sink.Records.WaitForAsync(HasLast);
        await joined.Records.WaitForAsync(HasLast);
        Numbers(sink).Should().HaveCount(7).And.BeInAscendingOrder();
        sink.Batches().Sum(batch => batch.Skipped).Should().Be(More + 10 - 7);
        var live = joined.Batches().Where(batch => !batch.Snapshot).ToList();
        (live.Sum(batch => batch.Messages.Count) + live.Sum(batch => batch.Skipped)).Should().Be(10);
        Numbers(joined).Should().OnlyHaveUniqueItems().And.BeInAscendingOrder();
        _scene.Stream.Deliveries.Of(SkipCause.Overload).Should().Be(sink.Batches().Sum(batch => batch.Skipped));
        _scene.Stream.Sweep();
        conflated.Sum.Should().BeGreaterThanOrEqualTo(More);
        _scene.Logs.Entries.Items.Should().Contain(entry => entry.EventId.Id == 2005);
    }

    [Fact]
    public async Task Receive_MoreTopicsThanMayWait_CatchesUpFromTheCache()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "t/#");
        await BlockDeliveryAsync();

        Send(More, topics: int.MaxValue);
        _goOn.Set();

        await sink.Records.WaitForAsync(HasLast);
        Numbers(sink).Should().HaveCount(More).And.BeInAscendingOrder().And.OnlyHaveUniqueItems();
        sink.Batches().Should().OnlyContain(batch => batch.Skipped == 0);
    }

    /// <summary>The thread that delivers is held by a connection; nothing else of the stream is.</summary>
    private async Task BlockDeliveryAsync()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "block");
        sink.BeforeWrite = () =>
        {
            _goOn.Wait();
            return Task.CompletedTask;
        };
        _scene.Send("block");
        await Eventually.HoldsAsync(() => sink.Entered == 1);
    }

    private void Send(int count, int topics)
    {
        for (var i = 0; i < count; i++)
            _scene.Send($"t/{i % topics}");
    }

    private bool HasLast(object record) => record is MessageBatch batch && batch.Messages.Any(message => StreamScene.Number(message) == _scene.Stream.Position);

    private static List<long> Numbers(FakeSink sink) => [.. sink.Batches().SelectMany(batch => batch.Messages).Select(StreamScene.Number)];
}
