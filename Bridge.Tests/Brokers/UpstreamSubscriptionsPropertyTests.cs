using Bridge.Server.Brokers;
using Bridge.Server.Topics;
using Bridge.Tests.Support;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Brokers;

/// <summary>Random demands and releases, against a broker that refuses some filters and an oracle of what is wanted.</summary>
public sealed class UpstreamSubscriptionsPropertyTests
{
    private static readonly TopicFilter[] Filters =
        [.. new[] { "#", "+/#", "a/#", "a/+", "a/b", "+/b", "b", "+", "a/b/c", "$s/#", "$s/a" }.Select(TopicFilter.Parse)];

    private static readonly Gen<(int Kind, int Pick)[]> Operations = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000]).Array[0, 60];

    [Fact]
    public Task Demand_RandomOperations_KeepTheLeastCoverAtTheBroker() =>
        Gen.Select(Gen.Int[0, 1], Gen.Bool.Array[Filters.Length], Operations).SampleAsync(async (linger, refuses, operations) =>
        {
            // Two filters in three are never refused, so that there is something to keep.
            var world = new World(TimeSpan.FromSeconds(30 * linger), filter => Array.IndexOf(Filters, filter) is var i && i % 3 == 0 && refuses[i]);
            foreach (var (kind, pick) in operations)
                world.Apply(kind, pick);
            world.Send();
            world.ShouldBeTheLeastCover();
            await world.ShouldHaveToldAllAsync();
        });

    private sealed class World(TimeSpan linger, Func<TopicFilter, bool> refuses)
    {
        private readonly FakeTimeProvider _time = new();
        private readonly List<(TopicFilter Filter, IDisposable Lease)> _leases = [];
        private readonly Dictionary<TopicFilter, DateTimeOffset> _released = [];
        private readonly HashSet<TopicFilter> _atBroker = [];
        private readonly List<Task> _waiting = [];
        private UpstreamSubscriptions? _subscriptions;

        private UpstreamSubscriptions Subscriptions => _subscriptions ??= new UpstreamSubscriptions(_time, linger);

        private IEnumerable<TopicFilter> Wanted => Filters.Where(filter =>
            _leases.Any(lease => lease.Filter == filter)
            || (_released.TryGetValue(filter, out var at) && _time.GetUtcNow() - at < linger));

        public void Apply(int kind, int pick)
        {
            switch (kind)
            {
                case < 4:
                    var filter = Filters[pick % Filters.Length];
                    _leases.Add((filter, Subscriptions.Demand(filter)));
                    _waiting.Add(Subscriptions.WhenSubscribedAsync(filter));
                    break;
                case < 7 when _leases.Count > 0:
                    Release(pick % _leases.Count);
                    break;
                case 7:
                    _time.Advance(TimeSpan.FromSeconds(pick % 40));
                    break;
                case 8:
                    Send();
                    ShouldBeTheLeastCover();
                    break;
                case 9:
                    var isSessionPresent = pick % 2 == 0;
                    if (!isSessionPresent)
                        _atBroker.Clear();
                    Subscriptions.Reset(isSessionPresent);
                    break;
            }
        }

        /// <summary>Sends as the link does: what is new first. What stays wanted is never without a subscription meanwhile.</summary>
        public void Send()
        {
            var kept = Wanted.Where(filter => !refuses(filter) && IsAtBroker(filter)).ToList();
            while (Subscriptions.TakeSubscribes(2, () => 0, alsoSuspects: true) is { Count: > 0 } taken)
            {
                foreach (var subscription in taken)
                    Answer(subscription);
            }

            while (Subscriptions.TakeUnsubscribes(2) is { Count: > 0 } taken)
            {
                taken.Should().OnlyContain(filter => _atBroker.Contains(filter));
                _atBroker.ExceptWith(taken);
                kept.Where(filter => !IsAtBroker(filter)).Should().BeEmpty();
            }
        }

        public void ShouldBeTheLeastCover()
        {
            _atBroker.Should().BeSubsetOf(Wanted);
            Wanted.Where(filter => !refuses(filter) && !IsAtBroker(filter)).Should().BeEmpty();
            foreach (var filter in _atBroker)
                _atBroker.Should().NotContain(other => other != filter && other.Covers(filter), "{0} would be sent twice", filter);
        }

        public async Task ShouldHaveToldAllAsync()
        {
            var ended = Task.WhenAll(_waiting).ContinueWith(_ => { }, TaskScheduler.Default);
            await ended.WaitAsync(Eventually.DefaultTimeout);
            foreach (var filter in Wanted)
            {
                var subscribed = Subscriptions.WhenSubscribedAsync(filter);
                subscribed.IsCompleted.Should().BeTrue();
                subscribed.IsCompletedSuccessfully.Should().Be(IsAtBroker(filter));
            }
        }

        private void Release(int index)
        {
            var (filter, lease) = _leases[index];
            _leases.RemoveAt(index);
            lease.Dispose();
            if (_leases.TrueForAll(other => other.Filter != filter))
                _released[filter] = _time.GetUtcNow();
        }

        private void Answer(UpstreamSubscription subscription)
        {
            if (refuses(subscription.Filter))
            {
                Subscriptions.Refuse(subscription, new InvalidOperationException("no"));
                return;
            }

            subscription.Accept();
            _atBroker.Add(subscription.Filter);
        }

        private bool IsAtBroker(TopicFilter filter) => _atBroker.Any(other => other.Covers(filter));
    }
}
