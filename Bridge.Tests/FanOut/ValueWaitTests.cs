using Bridge.Server.FanOut;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

/// <summary>Reading when there is something new.</summary>
public sealed class ValueWaitTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    private readonly StreamScene _scene = new();

    [Fact]
    public async Task ReadAsync_SomethingNewAlready_AnswersAtOnce()
    {
        _scene.Send("a");

        var values = await ReadAsync(StreamScene.Terms("#", "epoch.0"));

        values.Messages.Should().ContainSingle();
        _scene.Stream.GetStatistics().Watches.Should().Be(0);
    }

    [Fact]
    public async Task ReadAsync_Nothing_AnswersWhenATopicOfTheFilterChanges()
    {
        _scene.Send("a/1");
        var reading = ReadAsync(StreamScene.Terms("a/+", "epoch.1"));

        _scene.Send("b/1");
        _scene.Stream.GetStatistics().Watches.Should().Be(1, "that was of no interest");
        _scene.Send("a/2");

        var values = await reading.WaitAsync(Eventually.DefaultTimeout);
        values.Messages.Should().ContainSingle().Which.Position.Should().Be(3);
        _scene.Stream.GetStatistics().Watches.Should().Be(0);
    }

    [Fact]
    public async Task ReadAsync_Deletion_IsNews()
    {
        _scene.Receive("a", "1", retain: true);
        var reading = ReadAsync(StreamScene.Terms("a", "epoch.1"));

        _scene.Receive("a", "", retain: true);

        (await reading.WaitAsync(Eventually.DefaultTimeout)).Messages.Should().ContainSingle().Which.IsDeletion.Should().BeTrue();
    }

    [Fact]
    public async Task ReadAsync_NoConditionAndNoValue_AnswersTheFirst()
    {
        var topic = ReadAsync(StreamScene.Terms("a"));
        var filter = ReadAsync(StreamScene.Terms("+"));

        _scene.Send("a");

        (await topic.WaitAsync(Eventually.DefaultTimeout)).Messages.Should().ContainSingle();
        (await filter.WaitAsync(Eventually.DefaultTimeout)).Messages.Should().ContainSingle();
    }

    [Fact]
    public async Task ReadAsync_KnownTag_AnswersWhenTheValueIsAnother()
    {
        _scene.Send("a");
        var reading = ReadAsync(StreamScene.Terms("a") with { KnownTags = ["epoch.1"] });

        _scene.Send("a");

        (await reading.WaitAsync(Eventually.DefaultTimeout)).Tag.Should().Be("epoch.2");
    }

    [Fact]
    public async Task ReadAsync_TagOfAValueThatIsGone_AnswersAtOnce()
    {
        var values = await ReadAsync(StreamScene.Terms("a") with { KnownTags = ["epoch.1"] }).WaitAsync(Eventually.DefaultTimeout);

        values.Outcome.Should().Be(ReadOutcome.Nothing);
    }

    [Fact]
    public async Task ReadAsync_OnlyStaleValues_AnswersAFreshOne()
    {
        _scene.Send("a");
        _scene.Time.Advance(TimeSpan.FromSeconds(10));
        var reading = ReadAsync(StreamScene.Terms("a") with { MaxAge = TimeSpan.FromSeconds(5) });

        _scene.Send("a");

        (await reading.WaitAsync(Eventually.DefaultTimeout)).Messages.Should().ContainSingle().Which.Position.Should().Be(2);
    }

    [Fact]
    public async Task ReadAsync_WhateverThereIsIsKnown_DoesNotWait()
    {
        _scene.Send("a");

        var values = await ReadAsync(StreamScene.Terms("#") with { KnownTags = ["*"] }).WaitAsync(Eventually.DefaultTimeout);

        values.Outcome.Should().Be(ReadOutcome.Unchanged);
    }

    [Fact]
    public async Task ReadAsync_BrokerSendsItOnlySinceThen_IsEverythingAndSaysSo()
    {
        _scene.Send("a");
        var heardSince = long.MaxValue;
        var terms = StreamScene.Terms("a", "epoch.1") with { HeardSince = () => heardSince };
        _scene.Stream.Values.Read(terms).Outcome.Should().Be(ReadOutcome.Unchanged, "it is not asked for yet, so that nothing is missing that would not be told later");
        var reading = ReadAsync(terms);

        heardSince = _scene.Stream.Advance();
        _scene.Send("a");

        var values = await reading.WaitAsync(Eventually.DefaultTimeout);
        (values.IsReset, values.Messages.Count).Should().Be((true, 1));
        _scene.Stream.Values.Read(terms with { Since = values.Cursor }).IsReset.Should().BeFalse();
    }

    [Theory]
    [InlineData("a")]
    [InlineData("#")]
    public async Task ReadAsync_TimeIsOver_IsUnchanged(string filter)
    {
        _scene.Send("a");
        var reading = ReadAsync(StreamScene.Terms(filter, "epoch.1"));

        _scene.Time.Advance(Wait - TimeSpan.FromMilliseconds(1));
        _scene.Stream.GetStatistics().Watches.Should().Be(1);
        _scene.Time.Advance(TimeSpan.FromMilliseconds(1));

        (await reading.WaitAsync(Eventually.DefaultTimeout)).Outcome.Should().Be(ReadOutcome.Unchanged);
        _scene.Stream.GetStatistics().Watches.Should().Be(0);
    }

    [Fact]
    public async Task ReadAsync_Cancelled_AnswersAsIfTheTimeWereOver()
    {
        using var cancellation = new CancellationTokenSource();
        var reading = _scene.Stream.Values.ReadAsync(StreamScene.Terms("a"), Wait, cancellation.Token);

        await cancellation.CancelAsync();

        (await reading.WaitAsync(Eventually.DefaultTimeout)).Outcome.Should().Be(ReadOutcome.Nothing);
        _scene.Stream.GetStatistics().Watches.Should().Be(0);
    }

    [Fact]
    public async Task ReadAsync_Thousands_ShareOneWatchAndAreAllAnswered()
    {
        var readings = Enumerable.Range(0, 5000).Select(_ => ReadAsync(StreamScene.Terms("a/+"))).ToList();
        _scene.Stream.GetStatistics().Watches.Should().Be(1);

        _scene.Send("a/1");

        var all = await Task.WhenAll(readings).WaitAsync(Eventually.DefaultTimeout);
        all.Should().OnlyContain(values => values.Messages.Count == 1);
    }

    private Task<LastValues> ReadAsync(ReadTerms terms) => _scene.Stream.Values.ReadAsync(terms, Wait, CancellationToken.None);
}
