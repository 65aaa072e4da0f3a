using Bridge.Server.Topics;

namespace Bridge.Server.Brokers;

/// <summary>
/// What the bridge wants from one broker: the least set of filters that covers every demand, so that no message comes twice through
/// overlapping subscriptions. A demand that ends is kept for the linger time; the set changes at once when one begins. A filter that
/// the broker refuses costs nobody else what it would have covered.
/// </summary>
internal sealed class UpstreamSubscriptions(TimeProvider time, TimeSpan linger) : IDisposable
{
    /// <summary>
    /// Brokers repeat their retained messages right behind the acknowledgement. When none came for this long, or the subscription is
    /// this old, a retained message is one that was just published.
    /// </summary>
    private static readonly TimeSpan RepeatsEndAfterQuiet = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RepeatsEndAfter = TimeSpan.FromSeconds(30);

    /// <summary>For so long a filter that cost the link is not asked for again.</summary>
    private static readonly TimeSpan BannedFor = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<TopicFilter, DemandCount> _demands = [];
    private readonly TopicFilterTree<TopicFilter> _demanded = new();
    private readonly TopicFilterTree<UpstreamSubscription> _cover = new();
    private readonly Dictionary<TopicFilter, UpstreamSubscription> _byFilter = [];
    private readonly HashSet<UpstreamSubscription> _toSubscribe = [];
    private readonly HashSet<TopicFilter> _toUnsubscribe = [];
    private readonly HashSet<TopicFilter> _atBroker = [];
    private readonly Dictionary<TopicFilter, UpstreamSubscription> _refused = [];
    private readonly Dictionary<TopicFilter, long> _banned = [];
    private readonly HashSet<TopicFilter> _suspects = [];
    private readonly Queue<(TopicFilter Filter, long Since, int Release)> _lingering = new();
    private readonly List<UpstreamSubscription> _scratch = [];
    private ITimer? _lingerTimer;

    /// <summary>Is called, outside of any lock, when there is something to send.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>Demands a filter until the lease is disposed.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="isConfigured">Whether the configuration demands it, and no client.</param>
    public IDisposable Demand(TopicFilter filter, bool isConfigured = false)
    {
        lock (_gate)
        {
            if (!_demands.TryGetValue(filter, out var demand))
            {
                _demands.Add(filter, demand = new DemandCount());
                _demanded.Add(filter, filter);
                Cover(filter);
            }
            else if (demand.Leases == 0 && !_banned.ContainsKey(filter) && _refused.Remove(filter))
            {
                // Nobody lives with the refusal any more: it may be another answer by now.
                Cover(filter);
            }

            demand.Leases++;
            demand.IsConfigured |= isConfigured;
        }

        Changed();
        return new Lease(this, filter);
    }

    /// <summary>Completes when the broker acknowledged a subscription that covers the filter; fails when it refused.</summary>
    public async Task WhenSubscribedAsync(TopicFilter filter)
    {
        while (Find(filter) is { } subscription && !await subscription.Acknowledged)
        {
            // Another covers it by now.
        }
    }

    /// <summary>
    /// The position in the stream since which the broker is asked for all that a filter matches, from link to link; none that there is yet
    /// where it is not.
    /// </summary>
    public long HeardSince(TopicFilter filter)
    {
        lock (_gate)
        {
            var covering = new List<TopicFilter>();
            _cover.Covering(filter, covering);
            return covering.Select(cover => _byFilter[cover].BeganAt).Min() ?? long.MaxValue;
        }
    }

    /// <summary>
    /// For a retained message of the topic: the position in the stream at which the newest subscription that brings it was (re)made, or
    /// -1 when the broker has done with repeating what it holds.
    /// </summary>
    public long SubscribedAt(string topic)
    {
        lock (_gate)
        {
            _scratch.Clear();
            _cover.Match(topic, _scratch);
            var newest = -1L;
            foreach (var subscription in _scratch)
            {
                if (time.GetElapsedTime(subscription.AskedAt) >= RepeatsEndAfter
                    || time.GetElapsedTime(subscription.LastRepeatAt) >= RepeatsEndAfterQuiet)
                    continue;

                subscription.LastRepeatAt = time.GetTimestamp();
                newest = Math.Max(newest, subscription.SubscribedAt);
            }

            return newest;
        }
    }

    /// <summary>Begins anew on a new connection: the broker is asked for everything again.</summary>
    /// <param name="isSessionPresent">Whether the broker still has the subscriptions of the connection before.</param>
    public void Reset(bool isSessionPresent)
    {
        lock (_gate)
        {
            if (!isSessionPresent)
            {
                _atBroker.Clear();
                _toUnsubscribe.Clear();
            }

            foreach (var filter in _refused.Keys.ToList())
            {
                if (_banned.TryGetValue(filter, out var since) && time.GetElapsedTime(since) < BannedFor)
                    continue;

                _banned.Remove(filter);
                _refused.Remove(filter);
                Cover(filter);
            }

            foreach (var subscription in _byFilter.Values)
            {
                subscription.Reset();
                _toSubscribe.Add(subscription);
            }
        }
    }

    /// <summary>Takes up to so many filters that the broker is to be asked for next.</summary>
    /// <param name="most">How many.</param>
    /// <param name="advance">Takes a position of the stream for them.</param>
    /// <param name="alsoSuspects">Whether also those that may cost the link: one alone, when there are no others.</param>
    public IReadOnlyList<UpstreamSubscription> TakeSubscribes(int most, Func<long> advance, bool alsoSuspects)
    {
        lock (_gate)
        {
            var taken = _toSubscribe.Where(subscription => !_suspects.Contains(subscription.Filter)).Take(most).ToList();
            if (taken.Count == 0 && alsoSuspects)
                taken = [.. _toSubscribe.Take(1)];
            var position = taken.Count > 0 ? advance() : 0;
            foreach (var subscription in taken)
            {
                subscription.BeganAt ??= position;
                subscription.SubscribedAt = position;
                subscription.AskedAt = subscription.LastRepeatAt = time.GetTimestamp();
                _toSubscribe.Remove(subscription);
                _atBroker.Add(subscription.Filter);
            }

            return taken;
        }
    }

    /// <summary>The broker said yes.</summary>
    public void Accept(UpstreamSubscription subscription)
    {
        lock (_gate)
            _suspects.Remove(subscription.Filter);
        subscription.Accept();
    }

    /// <summary>
    /// The link ended instead of an answer. Some brokers do that to refuse a filter, and all others would pay for it again and again: what
    /// a client asked for is asked for alone from now on, when all else is restored; and where the link ends then too, it counts as refused.
    /// </summary>
    public void Suspect(IReadOnlyList<UpstreamSubscription> asked, Exception refusal)
    {
        lock (_gate)
        {
            foreach (var subscription in asked)
            {
                if (_demands.GetValueOrDefault(subscription.Filter) is not { IsConfigured: false } || _suspects.Add(subscription.Filter) || asked.Count > 1)
                    continue;

                _banned[subscription.Filter] = time.GetTimestamp();
                Refuse(subscription, refusal);
            }
        }
    }

    /// <summary>The broker refused: it is asked instead for what the filter would have covered.</summary>
    public void Refuse(UpstreamSubscription subscription, Exception refusal)
    {
        lock (_gate)
        {
            subscription.Refuse(refusal);
            _atBroker.Remove(subscription.Filter);
            if (_byFilter.GetValueOrDefault(subscription.Filter) != subscription)
                return;

            _refused.Add(subscription.Filter, subscription);
            Uncover(subscription);
            CoverAgain(subscription.Filter);
        }
    }

    /// <summary>Takes up to so many filters that the broker need no longer send.</summary>
    public IReadOnlyList<TopicFilter> TakeUnsubscribes(int most)
    {
        lock (_gate)
        {
            var taken = _toUnsubscribe.Take(most).ToList();
            _toUnsubscribe.ExceptWith(taken);
            _atBroker.ExceptWith(taken);
            return taken;
        }
    }

    public void Dispose() => _lingerTimer?.Dispose();

    private void Release(TopicFilter filter)
    {
        lock (_gate)
        {
            var demand = _demands[filter];
            if (--demand.Leases > 0)
                return;

            if (linger > TimeSpan.Zero)
            {
                _lingering.Enqueue((filter, time.GetTimestamp(), ++demand.Releases));
                _lingerTimer ??= time.CreateTimer(_ => EndLingering(), null, linger, Timeout.InfiniteTimeSpan);
                return;
            }

            Forget(filter);
        }

        Changed();
    }

    private void EndLingering()
    {
        lock (_gate)
        {
            // One look at the clock: a pause between two would make the rest negative.
            var now = time.GetTimestamp();
            while (_lingering.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since, now) >= linger)
            {
                _lingering.Dequeue();
                // It may have been demanded again meanwhile, and even released again.
                if (_demands[oldest.Filter] is { Leases: 0 } demand && demand.Releases == oldest.Release)
                    Forget(oldest.Filter);
            }

            _lingerTimer?.Dispose();
            _lingerTimer = _lingering.TryPeek(out var next)
                ? time.CreateTimer(_ => EndLingering(), null, linger - time.GetElapsedTime(next.Since, now), Timeout.InfiniteTimeSpan)
                : null;
        }

        Changed();
    }

    private void Forget(TopicFilter filter)
    {
        _demands.Remove(filter);
        _demanded.Remove(filter, filter);
        _refused.Remove(filter);
        _banned.Remove(filter);
        _suspects.Remove(filter);
        if (!_byFilter.TryGetValue(filter, out var subscription))
            return;

        Uncover(subscription);
        CoverAgain(filter);
    }

    private UpstreamSubscription? Find(TopicFilter filter)
    {
        lock (_gate)
        {
            var covering = new List<TopicFilter>();
            _cover.Covering(filter, covering);
            return covering.Count > 0 ? _byFilter[covering[0]] : _refused.GetValueOrDefault(filter);
        }
    }

    /// <summary>Covers what a filter covered that no longer does.</summary>
    private void CoverAgain(TopicFilter filter)
    {
        var uncovered = new List<TopicFilter>();
        _demanded.CoveredBy(filter, uncovered);
        foreach (var narrower in uncovered)
        {
            if (!_refused.ContainsKey(narrower))
                Cover(narrower);
        }
    }

    private void Cover(TopicFilter filter)
    {
        if (_cover.HasCover(filter))
            return;

        var narrower = new List<TopicFilter>();
        _cover.CoveredBy(filter, narrower);
        foreach (var covered in narrower)
            Uncover(_byFilter[covered]);
        var subscription = new UpstreamSubscription(filter);
        _byFilter.Add(filter, subscription);
        _cover.Add(filter, subscription);
        _toUnsubscribe.Remove(filter);
        _toSubscribe.Add(subscription);
    }

    private void Uncover(UpstreamSubscription subscription)
    {
        _byFilter.Remove(subscription.Filter);
        _cover.Remove(subscription.Filter, subscription);
        _toSubscribe.Remove(subscription);
        if (_atBroker.Contains(subscription.Filter))
            _toUnsubscribe.Add(subscription.Filter);
        subscription.Supersede();
    }

    private sealed class DemandCount
    {
        public int Leases { get; set; }

        public bool IsConfigured { get; set; }

        /// <summary>How often the last lease ended: tells the newest lingering from those before it.</summary>
        public int Releases { get; set; }
    }

    private sealed class Lease(UpstreamSubscriptions owner, TopicFilter filter) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                owner.Release(filter);
        }
    }
}
