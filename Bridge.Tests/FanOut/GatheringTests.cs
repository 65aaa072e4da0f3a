using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

public sealed class GatheringTests
{
    private readonly StreamScene _scene = new(gatherMilliseconds: 10);

    [Fact]
    public async Task Receive_AfterAQuietTime_DeliversAtOnce()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox);

        _scene.Send("a");

        (await sink.Writes.WaitForAsync(_ => true)).Should().BePositive();
    }

    [Fact]
    public async Task Receive_NowAndThen_DeliversEachAtOnce()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox);

        for (var i = 1; i <= 20; i++)
        {
            _scene.Send("a");
            await sink.Writes.WaitForAsync(_ => sink.Writes.Items.Count == i);
            _scene.Time.Advance(TimeSpan.FromMilliseconds(9));
        }
    }

    [Fact]
    public async Task Receive_ManyInAShortTime_GathersIntoOneWriteUntilTheTimeIsOver()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a/#");
        _scene.Subscribe(outbox, "b/#");
        await BeginDenseTrafficAsync(sink);
        var writes = sink.Writes.Items.Count;

        for (var i = 1; i <= 5; i++)
        {
            _scene.Time.Advance(TimeSpan.FromMilliseconds(1));
            _scene.Send($"a/{i}");
            _scene.Send($"b/{i}");
        }

        sink.Writes.Items.Should().HaveCount(writes, "nothing is delivered before ten milliseconds have passed");
        _scene.Time.Advance(TimeSpan.FromMilliseconds(5));
        await sink.Writes.WaitForAsync(_ => sink.Writes.Items.Count == writes + 1);
        sink.Batches().TakeLast(2).Select(batch => batch.Messages.Count).Should().Equal(5, 5);
    }

    [Fact]
    public async Task Receive_WhileGathering_KeepsTheOrderForWhoJoinsMeanwhile()
    {
        var (first, firstOutbox) = _scene.Connect();
        _scene.Subscribe(firstOutbox);
        _scene.Send("a");
        await first.Writes.WaitForAsync(_ => true);
        _scene.Send("a");

        var (second, secondOutbox) = _scene.Connect();
        _scene.Subscribe(secondOutbox, snapshot: true);
        _scene.Send("a");
        _scene.Time.Advance(TimeSpan.FromMilliseconds(10));

        await second.Records.WaitForAsync(record => record is MessageBatch { Cursor: "epoch.3" });
        second.Batches().SelectMany(batch => batch.Messages).Select(StreamScene.Number).Should().Equal(2, 3);
        await first.Records.WaitForAsync(record => record is MessageBatch { Cursor: "epoch.3" });
        first.Batches().SelectMany(batch => batch.Messages).Select(StreamScene.Number).Should().Equal(1, 2, 3);
    }

    /// <summary>Many messages come while the first is being delivered.</summary>
    private async Task BeginDenseTrafficAsync(FakeSink sink)
    {
        using var goOn = new ManualResetEventSlim();
        sink.BeforeWrite = () =>
        {
            goOn.Wait();
            return Task.CompletedTask;
        };
        _scene.Send("a/0");
        await Eventually.HoldsAsync(() => sink.Entered == 1);
        for (var i = 0; i < 20; i++)
            _scene.Send("a/0");
        sink.BeforeWrite = () => Task.CompletedTask;
        goOn.Set();
        await Eventually.HoldsAsync(() =>
        {
            _scene.Time.Advance(TimeSpan.FromMilliseconds(1));
            return sink.Batches().Sum(batch => batch.Messages.Count) == 21 && sink.Writes.Items.Count == sink.Entered;
        });
    }
}
