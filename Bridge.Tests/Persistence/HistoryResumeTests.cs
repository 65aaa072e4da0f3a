using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Server.Persistence;

namespace Bridge.Tests.Persistence;

/// <summary>Going on from a cursor of long ago, with what was kept on disk.</summary>
public sealed class HistoryResumeTests : IDisposable
{
    private const int Recent = 100;

    private readonly StoreScene _scene = new();

    public HistoryResumeTests() => _scene.Options.Persistence.HistoryPerTopic = 1000;

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_FromBeforeARestart_GetsEachMessageSince(bool isClean)
    {
        _scene.Start();
        Send(1, 500);
        var cursor = _scene.Stream.CursorAt(200);
        End(isClean);
        _scene.Start();
        Send(501, 20);

        var (subscription, batches) = await _scene.ResumeAsync(cursor, "t/#");

        subscription.Should().Match<Subscription>(it => it.Resumed && it.Gap);
        Numbers(batches).Should().Equal(Enumerable.Range(201, 320));
        batches.Should().OnlyContain(batch => batch.Skipped == 0 && !batch.Snapshot);
        batches.Count(batch => batch.Gap).Should().Be(1);
    }

    [Theory]
    [InlineData("t/#")]
    [InlineData("t/1")]
    [InlineData("#")]
    public async Task Resume_InTheSameRun_GoesFromDiskToMemoryWithoutASeam(string filter)
    {
        _scene.Start();
        Send(1, 1000);
        _scene.Write();
        Send(1001, Recent / 2);

        foreach (var position in new long[] { 0, 1, 500, 1000 - (Recent / 2), 1001 - Recent, 1001 })
        {
            var (subscription, batches) = await _scene.ResumeAsync(_scene.Stream.CursorAt(position), filter);

            subscription.Should().Match<Subscription>(it => it.Resumed && !it.Gap, "from {0}", position);
            Numbers(batches).Should().Equal(
                Enumerable.Range(1, 1000 + (Recent / 2)).Where(number => number > position && (filter != "t/1" || number % 3 == 1)), "from {0}", position);
        }
    }

    [Fact]
    public async Task Resume_WhileMessagesGo_CountsWhatItDidNotGet()
    {
        _scene.Options.Persistence.HistoryPerTopic = 1000;
        _scene.Start();
        Send(1, 3000, padding: 400);
        _scene.Write();
        var (sink, outbox) = _scene.Run.Connect();
        sink.Stall();
        _scene.Run.Subscribe(outbox, "t/#", resumeFrom: _scene.Stream.CursorAt(0));
        await Support.Eventually.HoldsAsync(() => sink.Entered == 1);
        Send(3001, 3000);
        _scene.Write();

        sink.Release();

        await sink.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
        var batches = sink.Batches();
        batches.Sum(batch => batch.Skipped).Should().BePositive();
        (batches.Sum(batch => batch.Skipped) + batches.TakeWhile(batch => !batch.SnapshotComplete).Sum(batch => batch.Messages.Count) + batches.First(batch => batch.SnapshotComplete).Messages.Count)
            .Should().Be(3000, "each message is received or counted");
    }

    [Fact]
    public async Task Resume_FromBeforeWhatIsKept_GetsASnapshot()
    {
        _scene.Options.Persistence.HistoryPerTopic = 10;
        _scene.Options.Cache.RecentMessages = 25;
        _scene.Start();
        Send(1, 300);
        _scene.Write();

        (await ResumedAsync(200, "t/#")).Should().BeFalse("a topic has lost messages since");
        (await ResumedAsync(269, "t/#")).Should().BeFalse();
        (await ResumedAsync(270, "t/#")).Should().BeTrue();
        (await ResumedAsync(100, "other/#")).Should().BeTrue("none of these have gone");
    }

    [Fact]
    public async Task Resume_OfTopicsWithAndWithoutHistory_IsOnlyTakenWhereAllHaveOne()
    {
        _scene.Options.Persistence.HistoryPerTopic = 0;
        _scene.Options.Persistence.History = [new HistoryOptions { Topics = ["t/secret/#"] }, new HistoryOptions { Broker = "plant", Topics = ["t/#"], PerTopic = 500 }];
        _scene.Start();
        Send(1, 300);

        _scene.Write();

        (await ResumedAsync(0, "t/1")).Should().BeTrue();
        (await ResumedAsync(0, "t/#")).Should().BeFalse();
        (await ResumedAsync(0, "#")).Should().BeFalse();
    }

    [Fact]
    public async Task Resume_AfterTheHistoryWasSwitchedOn_IsNotTakenForWhatWasBefore()
    {
        _scene.Options.Persistence.HistoryPerTopic = 0;
        _scene.Start();
        Send(1, 50);
        End(isClean: true);
        _scene.Options.Persistence.HistoryPerTopic = 1000;
        _scene.Start();
        var began = _scene.Stream.Position;
        Send(51, 200);
        _scene.Write();

        (await ResumedAsync(20, "t/#")).Should().BeFalse();
        (await ResumedAsync(began, "t/#")).Should().BeTrue();
    }

    [Fact]
    public async Task Resume_AfterMessagesGrewOld_IsNotTaken()
    {
        _scene.Options.Persistence.HistoryAge = TimeSpan.FromHours(1);
        _scene.Start();
        Send(1, 200);
        _scene.Write();
        _scene.Time.Advance(TimeSpan.FromMinutes(59));
        Send(201, 200);
        _scene.Write();
        (await ResumedAsync(0, "t/#")).Should().BeTrue();

        _scene.Time.Advance(TimeSpan.FromMinutes(2));
        _scene.Write();

        (await ResumedAsync(0, "t/#")).Should().BeFalse();
        (await ResumedAsync(200, "t/#")).Should().BeTrue();
    }

    [Fact]
    public async Task Write_OfMoreBytesThanAllowed_RemovesTheOldest()
    {
        _scene.Options.Persistence.HistoryBytes = 1_048_576;
        _scene.Options.Persistence.HistoryPerTopic = 100_000;
        _scene.Start();
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 50; i++)
                _scene.Run.Receive("t/1", new string('x', 10_000));
            _scene.Write();
        }

        (await ResumedAsync(10, "t/#")).Should().BeFalse();
        (await ResumedAsync(200, "t/#")).Should().BeTrue();
        new FileInfo(_scene.Path).Length.Should().BeLessThan(5_000_000);
    }

    [Fact]
    public async Task Write_ThatComesTooLate_DoesNotPretendToHaveAll()
    {
        _scene.Start();
        Send(1, Recent * 3, writes: false);
        _scene.Write();
        Send((Recent * 3) + 1, Recent * 3);

        (await ResumedAsync(Recent, "t/#")).Should().BeFalse("messages went before they were written");
        (await ResumedAsync((Recent * 5) + 1, "t/#")).Should().BeTrue();
    }

    private async Task<bool> ResumedAsync(long position, string filter) =>
        (await _scene.ResumeAsync(_scene.Stream.CursorAt(position), filter)).Subscription.Resumed;

    /// <summary>Sends numbers in turn to three topics, and a message to another between them now and then.</summary>
    private void Send(int from, int count, int padding = 0, bool writes = true)
    {
        for (var number = from; number < from + count; number++)
        {
            _scene.Run.Receive($"t/{number % 3}", number.ToString(CultureInfo.InvariantCulture) + new string(' ', padding));
            // As the writer does that is told of it.
            if (number % 20 == 0 && writes)
                _scene.Write();
        }
    }

    private void End(bool isClean)
    {
        if (isClean)
        {
            _scene.Stop();
            return;
        }

        _scene.Write();
        _scene.Crash();
    }

    private static IEnumerable<int> Numbers(IEnumerable<MessageBatch> batches) =>
        StoreScene.Texts(batches).Select(text => int.Parse(text, CultureInfo.InvariantCulture));
}
