using Bridge.Server.Brokers;
using Bridge.Server.Topics;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Brokers;

/// <summary>Who waits until the broker sends what it demanded; and which retained messages are repetitions.</summary>
public sealed class UpstreamAcknowledgementTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly UpstreamSubscriptions _subscriptions;

    public UpstreamAcknowledgementTests() => _subscriptions = new UpstreamSubscriptions(_time, TimeSpan.Zero);

    public void Dispose() => _subscriptions.Dispose();

    [Fact]
    public async Task WhenSubscribed_Covered_WaitsForTheSubscriptionThatCovers()
    {
        Demand("a/#");
        Demand("a/b");
        var subscribed = WhenSubscribed("a/b");
        subscribed.IsCompleted.Should().BeFalse();

        Take().Single().Accept();

        await subscribed.WaitAsync(Eventually.DefaultTimeout);
    }

    [Fact]
    public async Task WhenSubscribed_WiderOneTookItsPlace_WaitsForThat()
    {
        Demand("a/b");
        var subscribed = WhenSubscribed("a/b");
        Demand("a/#");

        Take().Single().Accept();

        await subscribed.WaitAsync(Eventually.DefaultTimeout);
    }

    [Fact]
    public async Task WhenSubscribed_WiderOneEndedFirst_WaitsForItsOwn()
    {
        var wide = Demand("a/#");
        Demand("a/b");
        var subscribed = WhenSubscribed("a/b");
        wide.Dispose();

        Take().Single().Accept();

        await subscribed.WaitAsync(Eventually.DefaultTimeout);
    }

    [Fact]
    public async Task WhenSubscribed_LinkIsNew_WaitsForThatLinksAnswer()
    {
        Demand("a");
        Take().Single().Accept();
        _subscriptions.Reset(isSessionPresent: false);

        var subscribed = WhenSubscribed("a");
        subscribed.IsCompleted.Should().BeFalse();
        Take().Single().Accept();

        await subscribed.WaitAsync(Eventually.DefaultTimeout);
    }

    [Fact]
    public async Task Refuse_Wide_FailsItsOwnAndKeepsWhatItWouldHaveReplaced()
    {
        Demand("a/b");
        Take().Single().Accept();
        Demand("#");
        var refused = WhenSubscribed("#");

        _subscriptions.Refuse(Take().Single(), new InvalidOperationException("no"));

        await refused.Awaiting(task => task.WaitAsync(Eventually.DefaultTimeout)).Should().ThrowAsync<InvalidOperationException>();
        await WhenSubscribed("#").Awaiting(task => task).Should().ThrowAsync<InvalidOperationException>("it is not asked for again");
        Take().Select(subscription => subscription.Filter.Text).Should().Equal("a/b");
        _subscriptions.TakeUnsubscribes(10).Should().BeEmpty();
        Demand("c");
        Take().Select(subscription => subscription.Filter.Text).Should().Equal("c");
    }

    [Fact]
    public void Refuse_ThenANewLink_AsksAgain()
    {
        Demand("#");
        _subscriptions.Refuse(Take().Single(), new InvalidOperationException("no"));

        _subscriptions.Reset(isSessionPresent: false);

        Take().Select(subscription => subscription.Filter.Text).Should().Equal("#");
    }

    [Fact]
    public void Refuse_ThenReleasedAndDemanded_AsksAgain()
    {
        var lease = Demand("#");
        _subscriptions.Refuse(Take().Single(), new InvalidOperationException("no"));

        lease.Dispose();
        Demand("#");

        Take().Select(subscription => subscription.Filter.Text).Should().Equal("#");
    }

    [Fact]
    public void SubscribedAt_WhileRepetitionsCome_IsThePositionAtWhichTheBrokerWasAsked()
    {
        Demand("a/#");
        _subscriptions.TakeSubscribes(10, advance: () => 7, alsoSuspects: true);

        for (var i = 0; i < 15; i++)
        {
            _subscriptions.SubscribedAt("a/b").Should().Be(7, "the last came {0} s ago", 1.9);
            _time.Advance(1.9 * Second);
        }

        _time.Advance(1.5 * Second);
        _subscriptions.SubscribedAt("a/b").Should().Be(-1, "30 s have passed");
    }

    [Fact]
    public void SubscribedAt_AfterQuiet_IsNoRepetitionAnyMore()
    {
        Demand("a/#");
        _subscriptions.TakeSubscribes(10, advance: () => 7, alsoSuspects: true);

        _time.Advance(2 * Second);

        _subscriptions.SubscribedAt("a/b").Should().Be(-1);
    }

    [Fact]
    public void SubscribedAt_NotAskedYetOrNotDemanded_IsNoRepetition()
    {
        Demand("a/#");

        _subscriptions.SubscribedAt("a/b").Should().Be(-1);
        _subscriptions.SubscribedAt("b").Should().Be(-1);
    }

    [Fact]
    public void SubscribedAt_SeveralBringTheTopic_IsTheNewest()
    {
        Demand("a/+");
        _subscriptions.TakeSubscribes(10, advance: () => 7, alsoSuspects: true);
        Demand("+/b");
        _subscriptions.TakeSubscribes(10, advance: () => 9, alsoSuspects: true);

        _subscriptions.SubscribedAt("a/b").Should().Be(9);
        _subscriptions.SubscribedAt("a/c").Should().Be(7);
    }

    private IDisposable Demand(string filter) => _subscriptions.Demand(TopicFilter.Parse(filter));

    private Task WhenSubscribed(string filter) => _subscriptions.WhenSubscribedAsync(TopicFilter.Parse(filter));

    private IReadOnlyList<UpstreamSubscription> Take() => _subscriptions.TakeSubscribes(10, () => 0, alsoSuspects: true);
}
