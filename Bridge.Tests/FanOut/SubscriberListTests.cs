using Bridge.Server.FanOut;
using Bridge.Server.Topics;

namespace Bridge.Tests.FanOut;

public sealed class SubscriberListTests
{
    private readonly StreamScene _scene = new();
    private readonly Feed _feed;
    private readonly SubscriberList _list = new();

    public SubscriberListTests() => _feed = new Feed(_scene.Stream, "s1", TopicFilter.Parse("#"), DeliveryMode.All);

    [Fact]
    public void AddAndRemove_AtRandom_HoldsWhoIsIn()
    {
        var random = new Random(4711);
        var expected = new List<Subscriber>();

        for (var i = 0; i < 5000; i++)
        {
            // First mostly in, then mostly out.
            if (expected.Count == 0 || random.Next(5000) > i)
            {
                expected.Add(NewSubscriber());
                _list.Add(expected[^1]);
            }
            else
            {
                var index = random.Next(expected.Count);
                _list.Remove(expected[index]);
                expected.RemoveAt(index);
            }

            _list.Count.Should().Be(expected.Count);
            if (random.Next(10) == 0)
                expected.ToHashSet().SetEquals(Members()).Should().BeTrue();
        }
    }

    [Fact]
    public void GetEnumerator_SomeComeAndGoMeanwhile_GoesThroughThoseWhoWereThere()
    {
        var before = Enumerable.Range(0, 100).Select(_ => NewSubscriber()).ToList();
        before.ForEach(_list.Add);
        var seen = new List<Subscriber>();

        foreach (var subscriber in _list)
        {
            seen.Add(subscriber);
            _list.Add(NewSubscriber());
            _list.Remove(before[^seen.Count]);
        }

        seen.SequenceEqual(before).Should().BeTrue();
        Members().Should().HaveCount(100);
        Members().Intersect(before).Any().Should().BeFalse();
    }

    [Fact]
    public void AddAndRemove_ACrowdBetweenTwoDeliveries_CostsNoCopyForEach()
    {
        const int Crowd = 10_000;
        var crowd = Enumerable.Range(0, Crowd).Select(_ => NewSubscriber()).ToList();

        var before = GC.GetAllocatedBytesForCurrentThread();
        crowd.ForEach(_list.Add);
        _ = _list.GetEnumerator();
        crowd.ForEach(_list.Remove);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        _list.Count.Should().Be(0);
        (allocated / Crowd).Should().BeLessThan(100, "a reference for each, and some copies of all");
    }

    private Subscriber NewSubscriber() => new(_feed, _scene.Connect().Outbox, upstream: null);

    private List<Subscriber> Members()
    {
        var members = new List<Subscriber>();
        foreach (var subscriber in _list)
            members.Add(subscriber);
        return members;
    }
}
