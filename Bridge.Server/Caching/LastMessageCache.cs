using System.Diagnostics.CodeAnalysis;
using Bridge.Contracts;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Caching;

/// <summary>
/// The last message of every topic of one broker, within bounds: where one is reached, what was updated longest ago goes first. Not
/// thread-safe: the stream's lock guards it.
/// </summary>
internal sealed class LastMessageCache(CacheOptions options, TimeProvider time)
{
    // What it may cost to find out that a search by names is the shorter way.
    private const int StepsBeforeFirstMatch = 1024;
    private const int StepsForAMatch = 16;

    private readonly TopicTree<CachedMessage> _topics = new();
    private readonly Deletions _deletions = new();
    private readonly List<CachedMessage> _scratch = [];
    private CachedMessage? _oldest;
    private CachedMessage? _newest;
    private int _withExpiry;
    private long _evictedUpTo;

    public int Count => _topics.Count;

    /// <summary>The bytes that count against <see cref="CacheOptions.MaxBytes"/>.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many messages went because a bound was reached.</summary>
    public long Evicted { get; private set; }

    /// <summary>How many messages ran out of time: the cache's, or their own (MQTT 5 §3.3.2.3.3).</summary>
    public long Expired { get; private set; }

    /// <summary>Finds what is kept of a topic, run out or not.</summary>
    public CachedMessage? Find(string topic) => _topics.Get(topic);

    /// <summary>Keeps the message as its topic's last. An empty retained one deletes what was kept (MQTT 5 §3.3.1.3).</summary>
    /// <returns>What is kept of the topic now; null when it was deleted.</returns>
    public CachedMessage? Store(in SequencedMessage message)
    {
        var known = _topics.Get(message.Message.Topic);
        if (message.IsDeletion)
        {
            if (known is not null)
                Remove(known);
            _deletions.Add(message);
            return null;
        }

        _deletions.Undo(message.Message.Topic);

        if (known is not null)
        {
            Unlink(known);
            known.Replace(message.Message, message.Position);
        }
        else
        {
            known = new CachedMessage(message.Message, message.Position);
            _topics.Set(message.Message.Topic, known);
        }

        Link(known);

        while (Count > options.MaxTopics || Bytes > options.MaxBytes)
        {
            _evictedUpTo = _oldest!.Position;
            Remove(_oldest);
            Evicted++;
        }

        return known;
    }

    /// <summary>Takes what was read back from disk. Only for a cache that is empty.</summary>
    public void Restore(StreamStart start)
    {
        foreach (var (position, message, retained) in start.Values)
        {
            if (Store(new SequencedMessage(position, message with { Source = MessageSource.Restored })) is { } kept && retained is not null)
            {
                Bytes -= kept.Bytes;
                kept.SetRetained(retained);
                Bytes += kept.Bytes;
            }
        }

        _evictedUpTo = Math.Max(_evictedUpTo, start.EvictedUpTo);
        _deletions.ForgetUpTo(start.DeletionsForgottenUpTo);
    }

    /// <summary>
    /// Finds what has changed since the last time, and goes on from there, no more than is asked for. A topic that changes again comes
    /// again, behind all others: what is read to its end holds every topic as it was then.
    /// </summary>
    /// <param name="changes">How far it has come, and what it finds.</param>
    /// <param name="position">The stream's position.</param>
    /// <param name="most">How many values at most.</param>
    public void CollectChanges(StreamChanges changes, long position, int most)
    {
        changes.Values.Clear();
        var now = time.GetUtcNow();
        changes.IsAnew = _deletions.ForgottenUpTo > changes.Walk.After;
        var walk = changes.IsAnew ? changes.Walk with { After = 0, At = null } : changes.Walk;
        var from = walk.After;
        var cached = FirstAfter(walk);
        for (; cached is not null && (changes.IsAnew || changes.Values.Count < most); cached = cached.Newer)
        {
            walk = walk with { At = cached, After = cached.Position };
            if (!IsOver(cached, now))
                changes.Values.Add(new KeptMessage(cached.Position, cached.Message, cached.Message.Retain ? null : cached.Retained));
        }

        changes.IsWhole = cached is null;
        changes.Walk = changes.IsWhole ? walk with { After = position } : walk;
        foreach (var deletion in _deletions.Between(from, changes.Walk.After))
            changes.Values.Add(new KeptMessage(deletion.Position, deletion.Message, null));
        changes.EvictedUpTo = _evictedUpTo;
        changes.DeletionsForgottenUpTo = _deletions.ForgottenUpTo;
    }

    /// <summary>Gives the last message of one topic.</summary>
    public bool TryGet(string topic, [NotNullWhen(true)] out CachedMessage? message)
    {
        message = _topics.Get(topic);
        if (message is not null && IsOver(message, time.GetUtcNow()))
            message = null;
        return message is not null;
    }

    /// <summary>Appends the last messages of all topics that match, in no certain order.</summary>
    /// <param name="filter">Which topics.</param>
    /// <param name="results">Where to.</param>
    /// <param name="forgetReceivers">
    /// Whether these topics forget their <see cref="CachedMessage.Receivers"/>, because there is one more: it is the way to them that costs.
    /// </param>
    public void Find(TopicFilter filter, List<SequencedMessage> results, bool forgetReceivers = false)
    {
        var now = time.GetUtcNow();
        _scratch.Clear();
        _topics.Find(filter, _scratch);
        foreach (var cached in _scratch)
        {
            if (forgetReceivers)
                cached.Receivers = null;
            if (!IsOver(cached, now))
                results.Add(new SequencedMessage(cached.Position, cached.Message));
        }

        _scratch.Clear();
    }

    /// <summary>
    /// Appends what has changed after a position of the topics that match: their last messages, and those that deleted one, in no certain
    /// order. Costs what has changed or what matches, whichever is less.
    /// </summary>
    /// <param name="filter">Which topics.</param>
    /// <param name="after">The position.</param>
    /// <param name="results">Where to; empty.</param>
    public void FindChanges(TopicFilter filter, long after, List<SequencedMessage> results)
    {
        if (filter.IsExact || !TryFindBackTo(after, filter, results))
        {
            results.Clear();
            Find(filter, results);
            results.RemoveAll(message => message.Position <= after);
        }

        _deletions.Find(filter, after, long.MaxValue, results);
    }

    /// <summary>Whether all that changed after a position can still be found: nothing of it was evicted, and no deletion forgotten.</summary>
    public bool KnowsSince(long position) => position >= _evictedUpTo && position >= _deletions.ForgottenUpTo;

    /// <summary>
    /// Appends the messages of a walk that match, in order, and then those that deleted a topic, where these count: no more than is asked
    /// for, and goes on from there when it is called again. A topic that changes meanwhile is left out, as it has come after the last
    /// position by then. Costs what changed, not what is kept.
    /// </summary>
    /// <returns>Whether there are no more.</returns>
    public bool FindNext(TopicFilter filter, ref CacheWalk walk, int most, long mostBytes, List<SequencedMessage> results)
    {
        var now = time.GetUtcNow();
        var from = walk.After;
        var bytes = 0L;
        var cached = FirstAfter(walk);
        for (; cached is not null && cached.Position <= walk.UpTo && results.Count < most && bytes < mostBytes; cached = cached.Newer)
        {
            walk = walk with { At = cached, After = cached.Position };
            if (!filter.Matches(cached.Message.Topic) || IsOver(cached, now))
                continue;

            results.Add(new SequencedMessage(cached.Position, cached.Message));
            bytes += cached.Message.Payload.Length;
        }

        var isWhole = cached is null || cached.Position > walk.UpTo;
        if (walk.Kind == WalkKind.LastMessagesAndDeletions)
            _deletions.Find(filter, from, isWhole ? walk.UpTo : walk.After, results);
        return isWhole;
    }

    /// <summary>Goes back from the newest until a position, as long as the filter matches a good part of what it comes to.</summary>
    /// <returns>Whether it came so far. A narrow filter's topics are sooner found by their names.</returns>
    private bool TryFindBackTo(long after, TopicFilter filter, List<SequencedMessage> results)
    {
        var now = time.GetUtcNow();
        var patience = StepsBeforeFirstMatch;
        for (var cached = _newest; cached is not null && cached.Position > after; cached = cached.Older)
        {
            if (!filter.Matches(cached.Message.Topic))
            {
                if (--patience < 0)
                    return false;
                continue;
            }

            patience += StepsForAMatch;
            if (!IsOver(cached, now))
                results.Add(new SequencedMessage(cached.Position, cached.Message));
        }

        return true;
    }

    /// <summary>Goes on from where the walk was, or goes back from the newest until there, if that has changed.</summary>
    private CachedMessage? FirstAfter(CacheWalk walk)
    {
        if (walk.After < (_oldest?.Position ?? 0))
            return _oldest;
        if (walk.At is { } at && at.Position == walk.After && (at.Newer is not null || at == _newest))
            return at.Newer;

        CachedMessage? first = null;
        for (var cached = _newest; cached is not null && cached.Position > walk.After; cached = cached.Older)
            first = cached;
        return first;
    }

    /// <summary>Removes what has run out of time.</summary>
    public void Sweep()
    {
        var now = time.GetUtcNow();
        // The oldest come first, but retained ones among them stay; and messages' own expiry times come in no order.
        for (var cached = _oldest; cached is not null && (_withExpiry > 0 || IsOld(cached, now));)
        {
            var next = cached.Newer;
            if (IsOver(cached, now))
                Expire(cached);
            cached = next;
        }
    }

    private bool IsOver(CachedMessage cached, DateTimeOffset now) => cached.Message.ExpiresAt <= now || IsTooOld(cached, now);

    /// <summary>What the broker retains it holds until it is told otherwise, and so do we: some values change once a year.</summary>
    private bool IsTooOld(CachedMessage cached, DateTimeOffset now) => !cached.Message.Retain && IsOld(cached, now);

    private bool IsOld(CachedMessage cached, DateTimeOffset now) =>
        options.Ttl > TimeSpan.Zero && now - cached.Message.ReceivedAt >= options.Ttl;

    private void Expire(CachedMessage cached)
    {
        Remove(cached);
        Expired++;
    }

    private void Remove(CachedMessage cached)
    {
        _topics.Remove(cached.Message.Topic);
        Unlink(cached);
    }

    private void Link(CachedMessage cached)
    {
        cached.Older = _newest;
        if (_newest is null)
            _oldest = cached;
        else
            _newest.Newer = cached;
        _newest = cached;
        Bytes += cached.Bytes;
        _withExpiry += cached.Message.ExpiresAt is null ? 0 : 1;
    }

    private void Unlink(CachedMessage cached)
    {
        if (cached.Older is null)
            _oldest = cached.Newer;
        else
            cached.Older.Newer = cached.Newer;
        if (cached.Newer is null)
            _newest = cached.Older;
        else
            cached.Newer.Older = cached.Older;
        cached.Older = cached.Newer = null;
        Bytes -= cached.Bytes;
        _withExpiry -= cached.Message.ExpiresAt is null ? 0 : 1;
    }
}
