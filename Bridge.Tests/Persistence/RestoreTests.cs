using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Tests.Support;

namespace Bridge.Tests.Persistence;

/// <summary>What a bridge knows after a restart.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly StoreScene _scene = new();

    public RestoreTests() => _scene.Start();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Start_AfterARun_HasItsLastValuesAsTheyWere(bool isClean)
    {
        var whole = TestMessages.Message("plant/1/state", [0xFF, 0x00, 0x80], retain: true, _scene.Time.GetUtcNow()) with
        {
            QualityOfService = QualityOfService.ExactlyOnce,
            ContentType = "application/x",
            ResponseTopic = "answers",
            CorrelationData = new byte[] { 1, 2, 3 },
            UserProperties = [new("unit", "°C"), new("unit", "")],
            ExpiresAt = _scene.Time.GetUtcNow().AddHours(1),
        };
        _scene.Run.Receive("plant/1/temp", "1");
        _scene.Run.Receive("plant/1/temp", "2");
        _scene.Stream.Receive(whole, -1);
        _scene.Run.Receive("$SYS/uptime", "3");
        _scene.Write();

        Restart(isClean);

        var values = _scene.Values();
        values.Keys.Should().BeEquivalentTo("plant/1/temp", "plant/1/state");
        values["plant/1/temp"].GetText().Should().Be("2");
        values["plant/1/temp"].Source.Should().Be(MessageSource.Restored);
        values["plant/1/state"].Should().BeEquivalentTo(
            whole with { Source = MessageSource.Restored }, options => options.ComparingByMembers<BridgeMessage>().Using<ReadOnlyMemory<byte>>(
                context => context.Subject.ToArray().Should().Equal(context.Expectation.ToArray())).WhenTypeIs<ReadOnlyMemory<byte>>());
        _scene.Values("$SYS/#").Should().ContainKey("$SYS/uptime");
    }

    [Fact]
    public void Start_AfterACrash_HasWhatWasWritten()
    {
        _scene.Run.Receive("a", "written");
        _scene.Write();
        _scene.Run.Receive("a", "lost");
        _scene.Run.Receive("b", "lost");

        Restart(isClean: false, written: false);

        _scene.Values().Should().ContainSingle().Which.Value.GetText().Should().Be("written");
    }

    [Fact]
    public void Stop_WithMoreThanIsWrittenAtATime_WritesAll()
    {
        for (var i = 0; i < 5001; i++)
            _scene.Run.Receive($"t/{i}", $"{i}");

        Restart(isClean: true);

        _scene.Values().Should().HaveCount(5001).And.OnlyContain(value => value.Key == $"t/{value.Value.GetText()}");
    }

    [Fact]
    public void Write_OfATopicThatChangesAllTheTime_IsNotPutOffForEver()
    {
        for (var i = 0; i < 4000; i++)
            _scene.Run.Receive($"t/{i}", "1");
        for (var i = 0; _scene.Store.Write(); i++)
            _scene.Run.Receive("busy", $"{i}");
        _scene.Crash();
        _scene.Start();

        _scene.Values().Should().HaveCount(4001).And.ContainKey("busy");
    }

    [Fact]
    public void Start_AfterADeletion_DoesNotBringTheValueBack()
    {
        _scene.Run.Receive("a", "1", retain: true);
        _scene.Write();
        var before = _scene.Cursor;
        _scene.Run.Receive("a", "", retain: true);
        _scene.Write();

        Restart(isClean: false);

        _scene.Values().Should().BeEmpty();
        _scene.Run.Read("#", since: before).Messages.Should().ContainSingle().Which.IsDeletion.Should().BeTrue("who knew the value is told");
    }

    [Fact]
    public void Start_AfterMoreDeletionsThanAreRemembered_BringsNoneBack()
    {
        const int topics = 12_000;
        for (var i = 0; i < topics; i++)
            _scene.Run.Receive($"t/{i}", "1", retain: true);
        _scene.Run.Receive("kept", "1", retain: true);
        _scene.Write();
        for (var i = 0; i < topics; i++)
            _scene.Run.Receive($"t/{i}", "", retain: true);

        Restart(isClean: false);

        _scene.Values().Keys.Should().Equal("kept");
    }

    [Fact]
    public void Start_AfterEvictions_HasNoMoreThanTheCacheHad()
    {
        _scene.Options.Cache.MaxTopics = 10;
        Restart(isClean: true);
        for (var i = 0; i < 25; i++)
        {
            _scene.Run.Receive($"t/{i}", $"{i}");
            _scene.Write();
        }

        _scene.Options.Cache.MaxTopics = 1000;
        Restart(isClean: true);

        _scene.Values().Keys.Should().BeEquivalentTo(Enumerable.Range(15, 10).Select(i => $"t/{i}"));
    }

    [Fact]
    public void Start_AfterALongTime_HasNoValuesThatRanOutOfTime()
    {
        _scene.Run.Receive("old", "1");
        _scene.Run.Receive("retained", "1", retain: true);
        _scene.Stream.Receive(TestMessages.Message("short", "1", retain: true, _scene.Time.GetUtcNow()) with { ExpiresAt = _scene.Time.GetUtcNow().AddMinutes(1) }, -1);
        Restart(isClean: true, TimeSpan.FromHours(23));
        _scene.Values().Keys.Should().BeEquivalentTo("old", "retained");

        Restart(isClean: true, TimeSpan.FromHours(1));
        _scene.Values().Keys.Should().BeEquivalentTo("retained");
        _scene.Write();
        _scene.Options.Cache.Ttl = TimeSpan.Zero;

        Restart(isClean: true);
        _scene.Values().Keys.Should().BeEquivalentTo(["retained"], "the file has let go of the others too");
    }

    [Fact]
    public void Receive_OfARestoredValue_SaysThatItWasSeen()
    {
        _scene.Run.Receive("repeated", "1", retain: true);
        _scene.Run.Receive("changed", "1");
        _scene.Run.Receive("unseen", "1", retain: true);
        Restart(isClean: false);
        _scene.Values().Values.Should().OnlyContain(value => value.Source == MessageSource.Restored);
        var before = _scene.Cursor;

        var subscribedAt = _scene.Stream.Advance();
        _scene.Run.Receive("repeated", "1", retain: true, subscribedAt);
        _scene.Run.Receive("changed", "2");

        _scene.Values().ToDictionary(value => value.Key, value => value.Value.Source).Should().BeEquivalentTo(new Dictionary<string, MessageSource>
        {
            ["repeated"] = MessageSource.Retained,
            ["changed"] = MessageSource.Live,
            ["unseen"] = MessageSource.Restored,
        });
        _scene.Run.Read("#", since: before).Messages.Should().ContainSingle("what the broker repeats is no news").Which.Message.Topic.Should().Be("changed");
    }

    [Fact]
    public void Receive_OfARetainedMessageThatOthersCameAfter_DoesNotPutItBack()
    {
        _scene.Run.Receive("a", "retained", retain: true);
        _scene.Run.Receive("a", "later");
        Restart(isClean: false);

        _scene.Run.Receive("a", "retained", retain: true, _scene.Stream.Advance());

        _scene.Values()["a"].GetText().Should().Be("later");
    }

    [Fact]
    public async Task Resume_AfterACleanStop_GoesOnAndSaysThatThereMayBeAGap()
    {
        _scene.Run.Receive("a", "1");
        var cursor = _scene.Cursor;
        Restart(isClean: true);
        _scene.Run.Receive("a", "2");
        _scene.Run.Receive("a", "3");

        var (subscription, batches) = await _scene.ResumeAsync(cursor);

        subscription.Should().Match<Subscription>(it => it.Resumed && it.Gap);
        StoreScene.Texts(batches).Should().Equal("2", "3");
        batches[0].Gap.Should().BeTrue();
    }

    [Fact]
    public async Task Resume_AfterACrashFromWhatWasLost_GoesOnWithWhatCameSince()
    {
        _scene.Run.Receive("a", "1");
        _scene.Write();
        _scene.Run.Receive("a", "2, lost by the bridge but not by its client");
        var cursor = _scene.Cursor;
        Restart(isClean: false, written: false);
        PositionOf(_scene.Cursor).Should().BeGreaterThan(PositionOf(cursor), "no cursor is given twice");
        _scene.Run.Receive("a", "3");

        var (all, allBatches) = await _scene.ResumeAsync(cursor);
        var (latest, latestBatches) = await _scene.ResumeAsync(cursor, mode: DeliveryMode.Latest(null));

        all.Should().Match<Subscription>(it => it.Resumed && it.Gap);
        latest.Should().Match<Subscription>(it => it.Resumed && it.Gap);
        StoreScene.Texts(allBatches).Should().Equal("3");
        StoreScene.Texts(latestBatches).Should().Equal("3");
    }

    [Fact]
    public async Task Resume_InModeAllFromBeforeTheRestart_WithoutHistory_GetsASnapshot()
    {
        _scene.Run.Receive("a", "1");
        var cursor = _scene.Cursor;
        _scene.Run.Receive("a", "2");
        _scene.Run.Receive("b", "3");
        Restart(isClean: true);

        var (all, allBatches) = await _scene.ResumeAsync(cursor);
        var (latest, latestBatches) = await _scene.ResumeAsync(cursor, mode: DeliveryMode.Latest(null));

        all.Should().Match<Subscription>(it => !it.Resumed && !it.Gap);
        StoreScene.Texts(allBatches).Should().BeEquivalentTo("2", "3");
        latest.Resumed.Should().BeTrue("the last values are all that it wants");
        StoreScene.Texts(latestBatches).Should().Equal("2", "3");
    }

    [Fact]
    public void Read_WithACursorOfARunBefore_TellsWhatHasChangedAndThatThereMayBeAGap()
    {
        _scene.Run.Receive("a", "1");
        var cursor = _scene.Cursor;
        _scene.Run.Receive("b", "2");
        Restart(isClean: false);
        _scene.Run.Receive("c", "3");

        var values = _scene.Run.Read("#", since: cursor);

        values.IsReset.Should().BeFalse();
        values.HasGap.Should().BeTrue();
        values.Messages.Select(message => message.Message.Topic).Should().Equal("b", "c");
        _scene.Run.Read("#", since: _scene.Cursor).HasGap.Should().BeFalse();
    }

    [Fact]
    public void Restart_AgainAndAgain_GivesEachPositionOnce()
    {
        var last = 0L;
        for (var run = 0; run < 20; run++)
        {
            for (var i = 0; i < 3; i++)
            {
                _scene.Run.Receive("a", $"{run}.{i}");
                _scene.Stream.Position.Should().BeGreaterThan(last);
                last = _scene.Stream.Position;
            }

            Restart(isClean: run % 3 == 0, written: run % 2 == 0);
        }
    }

    private static long PositionOf(string cursor) => Bridge.Tests.FanOut.StreamScene.PositionOf(cursor);

    private void Restart(bool isClean, TimeSpan? after = null, bool written = true)
    {
        if (isClean)
            _scene.Stop();
        else
        {
            if (written)
                _scene.Store.Write();
            _scene.Crash();
        }

        _scene.Time.Advance(after ?? TimeSpan.Zero);
        _scene.Start();
    }
}
