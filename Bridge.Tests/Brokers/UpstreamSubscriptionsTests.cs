using Bridge.Server.Brokers;
using Bridge.Server.Topics;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Brokers;

public sealed class UpstreamSubscriptionsTests : IDisposable
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly UpstreamSubscriptions _subscriptions;
    private int _changes;

    public UpstreamSubscriptionsTests() => _subscriptions = new UpstreamSubscriptions(_time, Linger) { Changed = () => _changes++ };

    public void Dispose() => _subscriptions.Dispose();

    [Fact]
    public void Demand_CoveredAlready_AsksForNothingMore()
    {
        Demand("a/#");
        Subscribes().Should().Equal("a/#");

        Demand("a/b");
        Demand("a/#");

        Subscribes().Should().BeEmpty();
        Unsubscribes().Should().BeEmpty();
    }

    [Fact]
    public void Demand_Wider_ReplacesWhatItCovers()
    {
        Demand("a/b");
        Demand("a/c");
        Demand("b");
        Subscribes();

        Demand("a/+");

        Subscribes().Should().Equal("a/+");
        Unsubscribes().Should().BeEquivalentTo("a/b", "a/c");
    }

    [Fact]
    public void Demand_WiderBeforeAnythingWasSent_AsksForThatAlone()
    {
        Demand("a/b");
        Demand("a/+");

        Subscribes().Should().Equal("a/+");
        Unsubscribes().Should().BeEmpty();
    }

    [Theory]
    [InlineData("#", "+/#")]
    [InlineData("+/#", "#")]
    public void Demand_SameNamesUnderAnotherFilter_AsksForOneOfThem(string first, string second)
    {
        var lease = Demand(first);
        Demand(second);
        Subscribes().Should().Equal(first);

        lease.Dispose();
        _time.Advance(Linger);

        Subscribes().Should().Equal(second);
        Unsubscribes().Should().Equal(first);
    }

    [Fact]
    public void Release_LastLease_LingersAndThenEnds()
    {
        var leases = new[] { Demand("a"), Demand("a") };
        Subscribes();

        leases[0].Dispose();
        leases[0].Dispose();
        _time.Advance(Linger);
        Unsubscribes().Should().BeEmpty("one lease is left, however often the other is disposed");
        leases[1].Dispose();
        _time.Advance(Linger - TimeSpan.FromTicks(1));
        Unsubscribes().Should().BeEmpty();
        var changes = _changes;
        _time.Advance(TimeSpan.FromTicks(1));

        Unsubscribes().Should().Equal("a");
        _changes.Should().BeGreaterThan(changes);
    }

    [Fact]
    public void Release_DemandedAgainMeanwhile_LingersAnew()
    {
        Demand("a").Dispose();
        _time.Advance(Linger / 2);
        Demand("a").Dispose();
        Subscribes();

        _time.Advance(Linger / 2);
        Unsubscribes().Should().BeEmpty();
        _time.Advance(Linger / 2);

        Unsubscribes().Should().Equal("a");
    }

    [Fact]
    public void Release_WithoutLinger_EndsAtOnceAndUncoversTheRest()
    {
        using var subscriptions = new UpstreamSubscriptions(_time, TimeSpan.Zero);
        subscriptions.Demand(TopicFilter.Parse("a/b"));
        var wide = subscriptions.Demand(TopicFilter.Parse("a/#"));
        subscriptions.TakeSubscribes(10, () => 0, alsoSuspects: true);

        wide.Dispose();

        subscriptions.TakeSubscribes(10, () => 0, alsoSuspects: true).Select(subscription => subscription.Filter.Text).Should().Equal("a/b");
        subscriptions.TakeUnsubscribes(10).Select(filter => filter.Text).Should().Equal("a/#");
    }

    [Fact]
    public void TakeSubscribes_MoreThanFit_TakesTheRestLater()
    {
        foreach (var topic in new[] { "a", "b", "c" })
            Demand(topic);

        var first = Subscribes(most: 2);
        var second = Subscribes(most: 2);

        (first.Count, second.Count).Should().Be((2, 1));
        first.Concat(second).Should().BeEquivalentTo("a", "b", "c");
    }

    [Fact]
    public void Reset_NewLink_AsksForEverythingAgainAndUnsubscribesNothing()
    {
        Demand("a").Dispose();
        Demand("b");
        Subscribes();
        _time.Advance(Linger);

        _subscriptions.Reset(isSessionPresent: false);

        Subscribes().Should().Equal("b");
        Unsubscribes().Should().BeEmpty("the broker has nothing of the connection before");
    }

    [Fact]
    public void Reset_SessionGoesOn_StillEndsWhatIsNoLongerWanted()
    {
        Demand("a").Dispose();
        Demand("b").Dispose();
        Subscribes();
        _time.Advance(Linger / 2);
        Demand("b").Dispose();
        _time.Advance(Linger / 2);

        _subscriptions.Reset(isSessionPresent: true);
        _time.Advance(Linger / 2);

        Subscribes().Should().BeEmpty();
        Unsubscribes().Should().BeEquivalentTo("a", "b");
    }

    [Fact]
    public void Demand_RefusedBefore_IsAskedForAgainWhenNobodyLivesWithIt()
    {
        var refused = Demand("a");
        _subscriptions.Refuse(Take("a"), new InvalidOperationException());
        var other = Demand("a");
        Subscribes().Should().BeEmpty();

        refused.Dispose();
        other.Dispose();
        Subscribes().Should().BeEmpty();
        Demand("a");

        Subscribes().Should().Equal("a");
    }

    [Fact]
    public void Demand_OfWhatCostTheLinkBefore_IsNotAskedForAgainSoon()
    {
        var refused = Demand("a");
        for (var link = 1; link <= 2; link++)
        {
            _subscriptions.Suspect([Take("a")], new InvalidOperationException());
            _subscriptions.Reset(isSessionPresent: false);
        }

        refused.Dispose();
        Demand("a");

        Subscribes().Should().BeEmpty();
    }

    private UpstreamSubscription Take(string filter)
    {
        var taken = _subscriptions.TakeSubscribes(1, () => 0, alsoSuspects: true).Should().ContainSingle().Subject;
        taken.Filter.Text.Should().Be(filter);
        return taken;
    }

    private IDisposable Demand(string filter) => _subscriptions.Demand(TopicFilter.Parse(filter));

    private List<string> Subscribes(int most = 100) =>
        [.. _subscriptions.TakeSubscribes(most, () => 0, alsoSuspects: true).Select(subscription => subscription.Filter.Text)];

    private List<string> Unsubscribes() => [.. _subscriptions.TakeUnsubscribes(100).Select(filter => filter.Text)];
}
