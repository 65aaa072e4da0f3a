using Bridge.Contracts;
using Bridge.Server.FanOut;

namespace Bridge.Tests.FanOut;

/// <summary>When a topic's feeds are searched for, and that what is kept instead is never out of date.</summary>
public sealed class FeedDirectoryTests
{
    private readonly StreamScene _scene = new();
    private readonly FakeSink _sink;
    private readonly Outbox _outbox;

    public FeedDirectoryTests() => (_sink, _outbox) = _scene.Connect();

    [Fact]
    public void Match_TopicMatchedBefore_IsNotSearchedForAgain()
    {
        _scene.Subscribe(_outbox, "a/+");
        _scene.Subscribe(_outbox, "a/#");

        VisitedBy("a/b").Should().BePositive();
        VisitedBy("a/b").Should().Be(0);
        VisitedBy("a/c").Should().BePositive("that is another topic");
    }

    [Fact]
    public void Match_OtherFiltersComeAndGo_IsNotSearchedForAgain()
    {
        _scene.Subscribe(_outbox, "a/+");
        _scene.Send("a/b");

        string[] filters = ["a/b/c", "a/c", "+", "a/+/+", "$SYS/#"];
        var others = filters.Select(filter => _scene.Subscribe(_outbox, filter)).ToList();
        VisitedBy("a/b").Should().Be(0);
        others.ForEach(other => _scene.Unsubscribe(_outbox, other));
        VisitedBy("a/b").Should().Be(0);
    }

    [Fact]
    public void Match_AFeedIsJoinedAndLeft_IsNotSearchedForAgain()
    {
        var (_, second) = _scene.Connect();
        _scene.Subscribe(_outbox, "a/+");
        _scene.Send("a/b");

        var joined = _scene.Subscribe(second, "a/+");
        VisitedBy("a/b").Should().Be(0);
        _scene.Unsubscribe(second, joined);
        VisitedBy("a/b").Should().Be(0);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("+/b")]
    [InlineData("#")]
    public async Task Match_AFilterThatMatchesComesAndGoes_GoesToWhoIsThere(string filter)
    {
        _scene.Send("a/b");
        var first = _scene.Subscribe(_outbox, filter);
        _scene.Send("a/b");
        _scene.Unsubscribe(_outbox, first);
        _scene.Send("a/b");
        var second = _scene.Subscribe(_outbox, filter);
        var twin = _scene.Subscribe(_outbox, filter);
        _scene.Send("a/b");

        foreach (var subscription in new[] { second, twin })
        {
            await _sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Subscription == subscription.Id);
            Received(subscription).Should().Equal(4);
        }

        Received(first).Should().BeSubsetOf([2], "what was on its way when it ended may come or not");
    }

    [Fact]
    public void Match_AFilterThatMatchedGoes_IsSearchedForOnceMore()
    {
        _scene.Subscribe(_outbox, "a/+");
        var ending = _scene.Subscribe(_outbox, "a/#");
        _scene.Send("a/b");

        _scene.Unsubscribe(_outbox, ending);

        VisitedBy("a/b").Should().BePositive("otherwise the feed that is gone stayed in memory");
        VisitedBy("a/b").Should().Be(0);
    }

    [Fact]
    public async Task Match_TopicWithoutALastValue_IsSearchedForEachTime()
    {
        var subscription = _scene.Subscribe(_outbox, "a/+");
        _scene.Send("a/b");

        _scene.Receive("a/b", "", retain: true);
        _scene.Unsubscribe(_outbox, subscription);
        var later = _scene.Subscribe(_outbox, "+/b");
        _scene.Send("a/b");

        await _sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Subscription == later.Id);
        Received(later).Should().Equal(3);
        _scene.Receive("a/b", "", retain: true);
        var visited = _scene.Stream.GetStatistics().Feeds.Visited;
        _scene.Receive("a/b", "", retain: true);
        _scene.Stream.GetStatistics().Feeds.Visited.Should().BeGreaterThan(visited);
    }

    [Fact]
    public async Task Match_MoreFeedsThanAreKept_GoesToAll()
    {
        var subscriptions = Enumerable.Range(0, 40).Select(_ => _scene.Subscribe(_outbox, "a/+")).ToList();

        _scene.Send("a/b");
        VisitedBy("a/b").Should().BePositive();

        foreach (var subscription in subscriptions)
        {
            await _sink.Records.WaitForAsync(record => record is MessageBatch { Cursor: "epoch.2" } batch && batch.Subscription == subscription.Id);
            Received(subscription).Should().Equal(1, 2);
        }
    }

    [Fact]
    public void Unsubscribe_All_LeavesNothing()
    {
        string[] filters = ["a/b", "a/+", "a/b", "#", "a/b/c/#"];
        var subscriptions = filters.Select(filter => _scene.Subscribe(_outbox, filter)).ToList();
        _scene.Stream.GetStatistics().Feeds.Count.Should().Be(filters.Length);

        subscriptions.ForEach(subscription => _scene.Unsubscribe(_outbox, subscription));

        var statistics = _scene.Stream.GetStatistics();
        (statistics.Subscriptions, statistics.Connections, statistics.Feeds).Should().Be((0, 0, new FeedStatistics(0, 0, 0)));
    }

    /// <summary>How many levels of filters the search for the message's feeds comes to.</summary>
    private long VisitedBy(string topic)
    {
        var before = _scene.Stream.GetStatistics().Feeds.Visited;
        _scene.Send(topic);
        return _scene.Stream.GetStatistics().Feeds.Visited - before;
    }

    private List<long> Received(Subscription subscription) =>
        [.. _sink.Batches(subscription.Id).SelectMany(batch => batch.Messages).Select(StreamScene.Number)];
}
