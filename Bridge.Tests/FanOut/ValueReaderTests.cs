using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Tests.FanOut;

public sealed class ValueReaderTests
{
    private readonly StreamScene _scene = new();

    [Fact]
    public void Read_Filter_IsOrderedByTopicAsOfTheStreamsPosition()
    {
        Send("a/b", "a/B", "a/a", "a/b", "other");

        var values = _scene.Read("a/+");

        values.Messages.Select(message => (message.Message.Topic, message.Position)).Should().Equal(("a/B", 2), ("a/a", 3), ("a/b", 4));
        (values.Cursor.ToString(), values.Tag, values.Outcome, values.Next).Should().Be(("epoch.5", "epoch.4-3", ReadOutcome.Values, default(ReadPage?)));
    }

    [Fact]
    public void Read_Topic_HasTheCursorOfItsMessageAsTag()
    {
        Send("a", "b");

        var values = _scene.Read("a");

        (values.Messages.Single().Position, values.Cursor.ToString(), values.Tag).Should().Be((1, "epoch.2", "epoch.1"));
    }

    [Fact]
    public void Read_NothingKnown_IsNothingForATopicAndAnEmptyListForAFilter()
    {
        (_scene.Read("a").Outcome, _scene.Read("a").Tag).Should().Be((ReadOutcome.Nothing, null));
        (_scene.Read("#").Outcome, _scene.Read("#").Messages.Count).Should().Be((ReadOutcome.Values, 0));
    }

    [Theory]
    [InlineData("#")]
    [InlineData("a/#")]
    public void Read_Since_ShowsWhatChangedAndWhatWasDeleted(string filter)
    {
        _scene.Receive("a/1", "kept", retain: true);
        _scene.Receive("a/2", "deleted later", retain: true);
        var cursor = _scene.Read(filter).Cursor.ToString();
        _scene.Receive("a/2", "", retain: true);
        _scene.Receive("a/3", "new");

        var values = _scene.Read(filter, cursor);

        values.Messages.Select(message => (message.Message.Topic, message.IsDeletion)).Should().Equal(("a/2", true), ("a/3", false));
        values.IsReset.Should().BeFalse();
        _scene.Read(filter, values.Cursor.ToString()).Outcome.Should().Be(ReadOutcome.Unchanged);
    }

    [Fact]
    public void Read_SinceOfATopic_ShowsItOnlyWhenItHasChanged()
    {
        Send("a", "b");
        var cursor = _scene.Read("a").Cursor.ToString();
        _scene.Read("a", cursor).Outcome.Should().Be(ReadOutcome.Unchanged);

        _scene.Receive("a", "", retain: true);

        _scene.Read("a", cursor).Messages.Should().ContainSingle().Which.IsDeletion.Should().BeTrue();
        _scene.Read("b", cursor).Outcome.Should().Be(ReadOutcome.Unchanged);
    }

    [Fact]
    public void Read_NarrowFilterAmongManyChanges_FindsTheSame()
    {
        for (var i = 0; i < 5000; i++)
            _scene.Send($"a/{i}");

        _scene.Read("+/42", "epoch.10").Messages.Should().ContainSingle().Which.Position.Should().Be(43);
        _scene.Read("+/7", "epoch.10").Outcome.Should().Be(ReadOutcome.Unchanged);
        _scene.Read("a/+", "epoch.10").Messages.Should().HaveCount(4990);
    }

    [Fact]
    public void Read_SinceAnotherEpoch_IsEverythingAndSaysSo()
    {
        Send("a", "b");

        var values = _scene.Read("#", "other.1");

        (values.IsReset, values.IsNews, values.Messages.Count).Should().Be((true, true, 2));
    }

    [Fact]
    public void Read_SinceWhatWasEvicted_IsEverythingAndSaysSo()
    {
        var scene = new StreamScene(new CacheOptions { MaxTopics = 2 });
        foreach (var topic in new[] { "a", "b", "c", "d" })
            scene.Send(topic);

        (scene.Read("#", "epoch.1").IsReset, scene.Read("#", "epoch.2").IsReset).Should().Be((true, false));
    }

    [Fact]
    public void Read_SinceATimeThatWasNot_IsRefused()
    {
        Send("a");

        var since = () => _scene.Read("#", "epoch.2");
        var page = () => _scene.Stream.Values.Read(StreamScene.Terms("#") with { Page = ReadPage.Parse("epoch.2::a") });

        since.Should().Throw<BridgeException>().Which.Code.Should().Be(ErrorCodes.CursorInvalid);
        page.Should().Throw<BridgeException>().Which.Code.Should().Be(ErrorCodes.CursorInvalid);
    }

    [Fact]
    public void Read_InParts_ShowsEachTopicOnceAndLeavesNoChangeOut()
    {
        for (var i = 0; i < 25; i++)
            _scene.Send($"t/{i:00}");
        var terms = StreamScene.Terms("t/+") with { Limit = 10 };

        var parts = new List<LastValues> { _scene.Stream.Values.Read(terms) };
        // One of the part that was read, after it was.
        Send("t/03");
        while (parts[^1].Next is { } next)
            parts.Add(_scene.Stream.Values.Read(terms with { Page = ReadPage.Parse(next.ToString()) }));

        parts.SelectMany(part => part.Messages).Select(message => message.Message.Topic).Should().Equal(Enumerable.Range(0, 25).Select(i => $"t/{i:00}"));
        parts.Should().HaveCount(3).And.OnlyContain(part => part.Cursor.ToString() == "epoch.25");
        _scene.Read("t/+", parts[^1].Cursor.ToString()).Messages.Should().ContainSingle().Which.Message.Topic.Should().Be("t/03");
    }

    [Fact]
    public void Read_PartOfAListOfAnotherRun_BeginsAgainAndSaysSo()
    {
        Send("a", "b");

        var values = _scene.Stream.Values.Read(StreamScene.Terms("#") with { Limit = 1, Page = ReadPage.Parse("other.7::a") });

        (values.IsReset, values.Cursor.ToString(), values.Messages.Single().Message.Topic).Should().Be((true, "epoch.2", "a"));
    }

    [Fact]
    public void Read_MaxAge_LeavesOutOlderValuesAndCountsThem()
    {
        Send("old");
        _scene.Time.Advance(TimeSpan.FromSeconds(10));
        Send("new");

        Read("#", 10).Should().Be((ReadOutcome.Values, 2, 0));
        _scene.Time.Advance(TimeSpan.FromMilliseconds(1));
        Read("#", 10).Should().Be((ReadOutcome.Values, 1, 1));
        Read("old", 10).Should().Be((ReadOutcome.Stale, 0, 1));
        Read("none", 10).Should().Be((ReadOutcome.Nothing, 0, 0));
    }

    [Fact]
    public void Read_KnownTag_IsUnchangedUntilItChanges()
    {
        Send("a", "b");
        var tag = _scene.Read("#").Tag!;
        ReadOutcome Outcome(params string[] tags) => _scene.Stream.Values.Read(StreamScene.Terms("#") with { KnownTags = tags }).Outcome;

        (Outcome("x", tag), Outcome("*"), Outcome("x")).Should().Be((ReadOutcome.Unchanged, ReadOutcome.Unchanged, ReadOutcome.Values));
        Send("other");
        Outcome(tag).Should().Be(ReadOutcome.Values);
    }

    private (ReadOutcome Outcome, int Count, int Stale) Read(string filter, double maxAge)
    {
        var values = _scene.Stream.Values.Read(new ReadTerms(TopicFilter.Parse(filter)) { MaxAge = TimeSpan.FromSeconds(maxAge) });
        return (values.Outcome, values.Messages.Count, values.Stale);
    }

    private void Send(params string[] topics)
    {
        foreach (var topic in topics)
            _scene.Send(topic);
    }
}
