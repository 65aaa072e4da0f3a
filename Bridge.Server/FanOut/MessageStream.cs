using System.Diagnostics;
using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>
/// The messages of one broker, in order: the one place where order is made. A message gets its position, becomes its topic's last value
/// and goes to the feeds that match under one lock, and a subscriber begins under the same lock: between the snapshot and what follows
/// nothing is lost and nothing comes twice. Encoding and writing happen outside of it.
/// </summary>
internal sealed partial class MessageStream : IMessageConsumer, IDisposable
{
    private const int MessagesForANotice = 2000;

    private readonly Lock _gate = new();
    private readonly LastMessageCache _cache;
    private readonly RecentMessages _recent;
    private readonly FeedDirectory _feeds;
    private readonly FeedDelivery _delivery;
    private readonly WatchList _watches = new();
    private readonly Dictionary<Outbox, int> _outboxes = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly string _epoch;
    private readonly IStreamHistory? _history;
    private readonly FanOutMetrics _metrics;
    private readonly ILogger _logger;
    private long _position;
    private long _gapAt;
    private bool _isEnded;
    private long _evictedTold;
    private long _conflatedTold;

    /// <param name="brokerKey">The broker.</param>
    /// <param name="cache">The cache's bounds.</param>
    /// <param name="options">How messages are delivered.</param>
    /// <param name="start">What it begins with.</param>
    /// <param name="history">Its messages on disk, where these are kept.</param>
    /// <param name="nextId">Gives ids for feeds.</param>
    /// <param name="time">The clock.</param>
    /// <param name="metrics">The counters.</param>
    /// <param name="logger">The log.</param>
    public MessageStream(
        string brokerKey, CacheOptions cache, FanOutOptions options, StreamStart start, IStreamHistory? history,
        Func<string> nextId, TimeProvider time, FanOutMetrics metrics, ILogger logger)
    {
        (BrokerKey, _epoch, _history, _metrics, _logger) = (brokerKey, start.Epoch, history, metrics, logger);
        _cache = new LastMessageCache(cache, time);
        _cache.Restore(start);
        _recent = new RecentMessages(cache);
        _recent.Begin(start.KnownUpTo);
        _position = start.Position;
        if (_position > 0)
            MayHaveMissed();
        _feeds = new FeedDirectory(this, nextId);
        _delivery = new FeedDelivery(_gate, options, time, logger);
        Values = new ValueReader(this, time);
    }

    public string BrokerKey { get; }

    /// <summary>Its messages on disk; null where none are kept.</summary>
    public IStreamHistory? History => _history;

    /// <summary>Finds a cursor's position; null where it is of another stream.</summary>
    /// <exception cref="BridgeException">It is of no time that was: nobody was given it.</exception>
    public long? Find(StreamCursor cursor)
    {
        lock (_gate)
            return Locate(cursor);
    }

    /// <summary>Reads last values.</summary>
    public ValueReader Values { get; }

    /// <summary>When the broker is no more.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>What has become of its messages.</summary>
    public DeliveryCounts Deliveries => _delivery.Counts;

    /// <summary>The position of the newest message; 0 before the first.</summary>
    public long Position => Interlocked.Read(ref _position);

    /// <summary>A position as clients know it. The epoch tells it from those of other brokers and of other runs.</summary>
    public string CursorAt(long position) => new StreamCursor(_epoch, position).ToString();

    /// <summary>Is called whenever some more messages have come, under the stream's lock.</summary>
    public Action? ManyCame { get; set; }

    public void MayHaveMissed() => Interlocked.Exchange(ref _gapAt, Advance());

    public long Advance()
    {
        lock (_gate)
            return ++_position;
    }

    public void Receive(BridgeMessage message, long subscribedAt, Activity? trace = null, long arrivedAt = long.MaxValue)
    {
        lock (_gate)
        {
            var position = ++_position;
            if (IsRepetition(message, subscribedAt))
            {
                message = message with { Source = MessageSource.Retained };
                // Also of a retained message that others came after: its repetition must not put them back.
                if (_cache.TryGet(message.Topic, out var known)
                    && (IsSame(known.Message, message) || (known.Retained is { } retained && IsSame(retained, message))))
                {
                    known.Confirm(message, Math.Min(position, arrivedAt));
                    return;
                }
            }

            var sequenced = new SequencedMessage(position, message);
            _recent.Add(sequenced);
            var stored = _cache.Store(sequenced);
            if (stored is not null && arrivedAt < position)
                stored.SeenAt = arrivedAt;
            var feeds = _feeds.Match(message.Topic, stored);
            foreach (var feed in feeds)
                _delivery.Append(feed, sequenced);
            if (trace is not null)
                _delivery.Follow(trace, position, feeds);
            _watches.Wake(message.Topic);
            if (position % MessagesForANotice == 0)
                ManyCame?.Invoke();
        }
    }

    /// <summary>Finds what has changed since the last time, for who writes it down.</summary>
    /// <param name="changes">How far it has come, and what it finds.</param>
    /// <param name="most">How many values, and how many messages, at most.</param>
    /// <param name="withMessages">Whether each message is wanted too.</param>
    public void CollectChanges(StreamChanges changes, int most, bool withMessages)
    {
        lock (_gate)
        {
            _cache.CollectChanges(changes, _position, most);
            if (withMessages)
                _recent.CollectChanges(changes, _position, most);
        }
    }

    public void StateChanged(BrokerStateChange change)
    {
        Outbox[] outboxes;
        lock (_gate)
            outboxes = [.. _outboxes.Keys];
        var record = new StateRecord(change);
        foreach (var outbox in outboxes)
            outbox.Offer(record);
    }

    /// <summary>
    /// Subscribes a connection: what it has missed since it was last here, or the last values that match now, if wanted, then every
    /// message that matches from now on.
    /// </summary>
    /// <exception cref="BridgeException">The connection has as many subscriptions as it may have, the cursor is of no time that was, or the broker is no more.</exception>
    /// <exception cref="OperationCanceledException">The connection is closed.</exception>
    public Subscription Subscribe(Outbox outbox, in SubscriptionTerms terms, IDisposable? upstream)
    {
        // It is on disk: looked at before anybody has to wait for it.
        var older = FindOlder(terms);
        lock (_gate)
        {
            ThrowIfEnded();
            var after = terms.ResumeFrom is { } cursor && Locate(cursor) is { } located && located >= terms.HeardSince ? located : default(long?);
            var feed = _feeds.FindOrAdd(terms.Filter, terms.Mode, outbox);
            feed.TryCut();
            var last = new List<SequencedMessage>();
            _cache.Find(terms.Filter, last, forgetReceivers: feed.Subscribers.Count == 0);
            var matchedTopics = last.Count;
            var subscriber = new Subscriber(feed, outbox, upstream) { Reached = new FeedMark(feed.Appended.Count, _position) };
            var resumed = after is { } from ? TryResume(subscriber, from, older) : null;
            // Who asked to go on, and cannot, must know what is.
            var first = resumed ?? (terms.Snapshot || terms.ResumeFrom is not null ? Replay.Snapshot(subscriber, last, _position) : null);
            try
            {
                outbox.Add(subscriber, first);
            }
            catch
            {
                _feeds.RemoveIfUnused(feed);
                throw;
            }

            feed.Subscribers.Add(subscriber);
            _outboxes[outbox] = _outboxes.GetValueOrDefault(outbox) + 1;
            return new Subscription(feed.Id, CursorAt(_position), matchedTopics, resumed is not null, resumed?.HasGap ?? false);
        }
    }

    public void Unsubscribe(Subscriber subscriber)
    {
        lock (_gate)
        {
            if (subscriber.IsClosed)
                return;

            subscriber.Outbox.Remove(subscriber);
            var feed = subscriber.Feed;
            feed.Subscribers.Remove(subscriber);
            _feeds.RemoveIfUnused(feed);
            if (--_outboxes[subscriber.Outbox] == 0)
                _outboxes.Remove(subscriber.Outbox);
        }

        subscriber.Upstream?.Dispose();
    }

    /// <summary>Gives a subscriber that is behind the last value of each topic that it missed, and tells it how many messages it did not get.</summary>
    public void CatchUp(Subscriber subscriber)
    {
        lock (_gate)
        {
            var feed = subscriber.Feed;
            // What the feed still gathers it delivers itself, where a batch cannot begin here.
            var to = feed.TryCut() ? new FeedMark(feed.Appended.Count, _position) : feed.Taken;
            var walk = new CacheWalk(subscriber.Reached.Position, to.Position, WalkKind.LastMessagesAndDeletions);
            var missed = ReadAll(feed.Filter, walk);
            var skipped = to.Count - subscriber.Reached.Count - missed.Count;
            subscriber.Outbox.CatchUp(subscriber, to, missed.Count > 0 || skipped > 0 ? Replay.CatchUp(subscriber, missed, walk, skipped) : null);
        }
    }

    /// <summary>The cursor up to which a subscriber has had everything; null where something waits for it.</summary>
    public string? FindReached(Subscriber subscriber)
    {
        lock (_gate)
            return subscriber.Outbox.HasHadAll(subscriber) ? CursorAt(_position) : null;
    }

    /// <summary>Reads the next of the messages of a walk, in the order of the stream.</summary>
    /// <returns>Whether there are no more.</returns>
    public bool ReadNext(TopicFilter filter, ref CacheWalk walk, int most, long mostBytes, List<SequencedMessage> results)
    {
        if (_history is not null && walk.Kind == WalkKind.EachMessage && IsOlder(walk.After)
            && _history.TryReadNext(filter, ref walk, most, mostBytes, results))
            return walk.After == walk.UpTo;

        lock (_gate)
            return Read(filter, ref walk, most, mostBytes, results);
    }

    /// <summary>Finds the last values that match, or what has changed of them, in no certain order.</summary>
    /// <returns>
    /// As of when, whether it is everything because what has changed cannot be told any more, and whether the bridge may have missed changes.
    /// </returns>
    /// <exception cref="BridgeException">A cursor is of no time that was.</exception>
    public (StreamCursor Cursor, bool IsReset, bool HasGap) Find(ReadTerms terms, List<SequencedMessage> results)
    {
        lock (_gate)
        {
            // Of a list that began in another run, what has changed since is not known either.
            var isKnown = (terms.Page?.AsOf ?? terms.Since) is not { } cursor || Locate(cursor) is not null;
            isKnown &= terms.ChangesAfter is not { } since || _cache.KnowsSince(since);
            if (isKnown && terms.ChangesAfter is { } after)
                _cache.FindChanges(terms.Filter, after, results);
            else
                _cache.Find(terms.Filter, results);
            return (new StreamCursor(_epoch, _position), !isKnown, isKnown && terms.ChangesAfter < _gapAt);
        }
    }

    /// <summary>Begins to wait for the next message of a filter.</summary>
    /// <exception cref="BridgeException">The broker is no more.</exception>
    public Watch Join(TopicFilter filter)
    {
        lock (_gate)
        {
            ThrowIfEnded();
            return _watches.Join(filter);
        }
    }

    /// <summary>Ends such a wait.</summary>
    public void Leave(Watch watch)
    {
        lock (_gate)
            _watches.Leave(watch);
    }

    /// <summary>Ends all subscriptions and waits: the broker is no more.</summary>
    /// <param name="last">The last that the subscribers are told.</param>
    public void End(BrokerStateChange last)
    {
        List<Subscriber> subscribers;
        lock (_gate)
        {
            _isEnded = true;
            subscribers = _feeds.GetSubscribers();
            _watches.WakeAll();
        }

        StateChanged(last);
        foreach (var subscriber in subscribers)
        {
            subscriber.Outbox.NoteEnd(subscriber);
            Unsubscribe(subscriber);
        }

        _ended.Cancel();
    }

    /// <summary>Completes when what has come so far is written to all who subscribed, as far as they take it.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _delivery.WhenDeliveredAsync(cancellationToken);
        Outbox[] outboxes;
        lock (_gate)
            outboxes = [.. _outboxes.Keys];
        await Task.WhenAll(outboxes.Select(outbox => outbox.WhenWritten())).WaitAsync(cancellationToken);
    }

    public StreamStatistics GetStatistics()
    {
        lock (_gate)
        {
            return new StreamStatistics(
                _cache.Count, _cache.Bytes, _cache.Evicted, _cache.Expired, _outboxes.Values.Sum(), _outboxes.Count, _feeds.GetStatistics(), _watches.Count);
        }
    }

    /// <summary>The connections that have a subscription.</summary>
    public void FindOutboxes(HashSet<Outbox> results)
    {
        lock (_gate)
            results.UnionWith(_outboxes.Keys);
    }

    /// <summary>Removes last values that ran out of time, and tells what was left out.</summary>
    public void Sweep()
    {
        long evicted;
        long conflated;
        lock (_gate)
        {
            _cache.Sweep();
            (evicted, conflated) = (_cache.Evicted, _delivery.Conflated);
        }

        if (evicted > _evictedTold)
            Log.Evicted(_logger, BrokerKey, evicted - _evictedTold);
        if (conflated > _conflatedTold)
        {
            Log.Conflated(_logger, BrokerKey, conflated - _conflatedTold);
            _metrics.Conflated(BrokerKey, conflated - _conflatedTold);
        }

        (_evictedTold, _conflatedTold) = (evicted, conflated);
    }

    public void Dispose() => _delivery.Dispose();

    private void ThrowIfEnded()
    {
        if (_isEnded)
            throw BridgeException.BrokerUnknown(BrokerKey);
    }

    /// <summary>Finds a cursor's position; null where it is of another run.</summary>
    /// <exception cref="BridgeException">It is of no time that was: nobody was given it.</exception>
    private long? Locate(StreamCursor cursor)
    {
        if (cursor.Epoch != _epoch)
            return null;

        return cursor.Position <= _position ? cursor.Position : throw StreamCursor.Invalid();
    }

    /// <summary>What a subscriber has missed since a position; null where that cannot be told any more.</summary>
    private Replay? TryResume(Subscriber subscriber, long after, HistoryPart? older)
    {
        var filter = subscriber.Feed.Filter;
        var hasGap = after < _gapAt;
        if (subscriber.Feed.Mode.IsLatest)
        {
            var changes = new CacheWalk(after, _position, WalkKind.LastMessagesAndDeletions);
            return _cache.KnowsSince(after) ? Replay.Resume(subscriber, ReadAll(filter, changes), changes, hasGap) : null;
        }

        var walk = new CacheWalk(after, _position, WalkKind.EachMessage);
        if (after >= _recent.DroppedUpTo)
            return Replay.Resume(subscriber, ReadAll(filter, walk), walk, hasGap);
        if (older is null || older.UpTo < _recent.DroppedUpTo)
            return null;

        var newer = ReadAll(filter, walk with { After = older.UpTo });
        return Replay.ResumeFromDisk(subscriber, older.Count + newer.Count, walk, hasGap);
    }

    private HistoryPart? FindOlder(in SubscriptionTerms terms)
    {
        if (_history is null || terms.Mode.IsLatest || terms.ResumeFrom is not { } cursor || cursor.Epoch != _epoch)
            return null;

        return IsOlder(cursor.Position) ? _history.Find(terms.Filter, cursor.Position) : null;
    }

    /// <summary>Whether some of the messages after a position are not in memory any more.</summary>
    private bool IsOlder(long position)
    {
        lock (_gate)
            return position < _recent.DroppedUpTo;
    }

    private List<SequencedMessage> ReadAll(TopicFilter filter, CacheWalk walk)
    {
        var all = new List<SequencedMessage>();
        Read(filter, ref walk, int.MaxValue, long.MaxValue, all);
        return all;
    }

    private bool Read(TopicFilter filter, ref CacheWalk walk, int most, long mostBytes, List<SequencedMessage> results)
    {
        if (walk.Kind != WalkKind.EachMessage)
            return _cache.FindNext(filter, ref walk, most, mostBytes, results);
        if (walk.After >= _recent.DroppedUpTo)
            return _recent.FindNext(filter, ref walk, most, mostBytes, results);

        // It took so long that some are gone. What became of their topics is not.
        var gone = walk with { UpTo = Math.Min(_recent.DroppedUpTo, walk.UpTo), Kind = WalkKind.LastMessagesAndDeletions };
        var isWhole = _cache.FindNext(filter, ref gone, most, mostBytes, results);
        walk = walk with { After = isWhole ? gone.UpTo : gone.After, At = gone.At };
        return isWhole && gone.UpTo == walk.UpTo;
    }

    private bool IsRepetition(BridgeMessage message, long subscribedAt) =>
        message is { Retain: true, Payload.IsEmpty: false }
        && subscribedAt >= 0
        && (_cache.Find(message.Topic) is not { } known || known.SeenAt <= subscribedAt);

    /// <summary>A repetition says nothing new when it says what is already known.</summary>
    private static bool IsSame(BridgeMessage known, BridgeMessage repeated) =>
        known.Payload.Span.SequenceEqual(repeated.Payload.Span)
        && known.ContentType == repeated.ContentType
        && known.ResponseTopic == repeated.ResponseTopic
        && known.CorrelationData.GetValueOrDefault().Span.SequenceEqual(repeated.CorrelationData.GetValueOrDefault().Span)
        && known.UserProperties.SequenceEqual(repeated.UserProperties);

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Warning, "Broker {BrokerKey}: the cache is full; {Count} last values were evicted since this was last said")]
        public static partial void Evicted(ILogger logger, string brokerKey, long count);

        [LoggerMessage(2005, LogLevel.Warning, "Broker {BrokerKey}: deliveries could not keep up; {Count} messages were left out for later ones of their topics since this was last said")]
        public static partial void Conflated(ILogger logger, string brokerKey, long count);
    }
}
