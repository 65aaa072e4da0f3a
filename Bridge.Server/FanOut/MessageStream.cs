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
internal sealed partial class MessageStream : IMessageConsumer, IThreadPoolWorkItem, IDisposable
{
    private readonly Lock _gate = new();
    private readonly LastMessageCache _cache;
    private readonly TopicFilterTree<Feed> _feedsByFilter = new();
    private readonly Dictionary<TopicFilter, List<Feed>> _feeds = [];
    private readonly Dictionary<Outbox, int> _outboxes = [];
    private readonly List<Feed> _matches = [];
    private readonly List<Feed> _open = [];
    private readonly Func<string> _nextId;
    private readonly List<Outbox> _toPump = [];
    private readonly string _epoch;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _gather;
    private readonly ITimer _gathered;
    private long _lastDelivery;
    private List<FeedBatch> _ready = [];
    private bool _isDelivering;
    private long _position;
    private long _evictedTold;

    public MessageStream(
        string brokerKey, CacheOptions cache, FanOutOptions options, string epoch, Func<string> nextId, TimeProvider time, ILogger logger)
    {
        (BrokerKey, _epoch, _nextId, _time, _logger) = (brokerKey, epoch, nextId, time, logger);
        _cache = new LastMessageCache(cache, time);
        _gather = TimeSpan.FromMilliseconds(options.GatherMilliseconds);
        _gathered = time.CreateTimer(static stream => ((MessageStream)stream!).DeliverNow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _lastDelivery = time.GetTimestamp() - (long)(_gather.TotalSeconds * time.TimestampFrequency);
    }

    public string BrokerKey { get; }

    public long Position => Interlocked.Read(ref _position);

    /// <summary>A position as clients know it. The epoch tells it from those of other brokers and of other runs.</summary>
    public string CursorAt(long position) => $"{_epoch}.{position}";

    public void Receive(BridgeMessage message, long subscribedAt)
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
                    known.SeenAt = position;
                    return;
                }
            }

            var sequenced = new SequencedMessage(position, message);
            _cache.Store(sequenced);
            _matches.Clear();
            _feedsByFilter.Match(message.Topic, _matches);
            foreach (var feed in _matches)
                Append(feed, sequenced);
            Deliver();
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

    /// <summary>Subscribes a connection: the last values that match now, if wanted, then every message that matches from now on.</summary>
    /// <exception cref="BridgeException">The connection has as many subscriptions as it may have.</exception>
    /// <exception cref="OperationCanceledException">The connection is closed.</exception>
    public Subscription Subscribe(Outbox outbox, TopicFilter filter, bool snapshot, IDisposable? upstream)
    {
        lock (_gate)
        {
            var feed = FindFeed(outbox, filter);
            Seal(feed);
            var last = new List<SequencedMessage>();
            _cache.Find(filter, 0, last);
            var subscriber = new Subscriber(feed, outbox, upstream) { Reached = feed.Appended, Position = _position };
            var replay = snapshot ? new Replay(subscriber, last, _position, isSnapshot: true, skipped: 0) : null;
            var matchedTopics = last.Count;
            try
            {
                outbox.Add(subscriber, replay);
            }
            catch
            {
                RemoveIfUnused(feed);
                throw;
            }

            feed.Subscribers = [.. feed.Subscribers, subscriber];
            _outboxes[outbox] = _outboxes.GetValueOrDefault(outbox) + 1;
            return new Subscription(feed.Id, CursorAt(_position), matchedTopics);
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
            feed.Subscribers = [.. feed.Subscribers.Where(other => other != subscriber)];
            RemoveIfUnused(feed);
            if (--_outboxes[subscriber.Outbox] == 0)
                _outboxes.Remove(subscriber.Outbox);
        }

        subscriber.Upstream?.Dispose();
    }

    /// <summary>Gives a subscriber whose outbox was full the last value of each topic that it missed, and tells it how many messages it did not get.</summary>
    public void CatchUp(Subscriber subscriber)
    {
        lock (_gate)
        {
            var feed = subscriber.Feed;
            Seal(feed);
            var missed = new List<SequencedMessage>();
            _cache.Find(feed.Filter, subscriber.Position, missed);
            var skipped = feed.Appended - subscriber.Reached - missed.Count;
            var replay = missed.Count > 0 || skipped > 0 ? new Replay(subscriber, missed, _position, isSnapshot: false, skipped) : null;
            subscriber.Outbox.CatchUp(subscriber, feed.Appended, _position, replay);
        }
    }

    /// <summary>Reads the last values that match, ordered by topic, and the position at which they were read.</summary>
    public (string Cursor, IReadOnlyList<BridgeMessage> Messages) GetLast(TopicFilter filter)
    {
        var last = new List<SequencedMessage>();
        string cursor;
        lock (_gate)
        {
            if (!filter.IsExact)
                _cache.Find(filter, 0, last);
            else if (_cache.TryGet(filter.Text, out var cached))
                last.Add(new SequencedMessage(cached.Position, cached.Message));
            cursor = CursorAt(_position);
        }

        last.Sort(static (a, b) => string.CompareOrdinal(a.Message.Topic, b.Message.Topic));
        return (cursor, last.ConvertAll(message => message.Message with { Cursor = CursorAt(message.Position) }));
    }

    public StreamStatistics GetStatistics()
    {
        lock (_gate)
            return new StreamStatistics(_cache.Count, _cache.Bytes, _cache.Evicted, _cache.Expired, _outboxes.Values.Sum());
    }

    /// <summary>Removes last values that ran out of time.</summary>
    public void Sweep()
    {
        long evicted;
        lock (_gate)
        {
            _cache.Sweep();
            evicted = _cache.Evicted;
        }

        if (evicted > _evictedTold)
            Log.Evicted(_logger, BrokerKey, evicted - _evictedTold);
        _evictedTold = evicted;
    }

    public void Dispose() => _gathered.Dispose();

    /// <summary>Delivers what has gathered, then waits for more to gather, if more came meanwhile. One delivery at a time.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        List<FeedBatch> batches;
        lock (_gate)
        {
            _lastDelivery = _time.GetTimestamp();
            foreach (var feed in _open)
                Seal(feed);
            _open.Clear();
            (batches, _ready) = (_ready, []);
        }

        foreach (var batch in batches)
            Offer(batch);
        foreach (var outbox in _toPump)
            outbox.Pump();
        _toPump.Clear();

        lock (_gate)
        {
            _isDelivering = _ready.Count > 0 || _open.Count > 0;
            if (_isDelivering)
                DeliverSoon();
        }
    }

    /// <summary>
    /// Whether the broker tells what it holds: the first retained message of a topic since the subscription does. Empty ones it never
    /// holds (MQTT 5 §3.3.1.3).
    /// </summary>
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

    private void Offer(FeedBatch batch)
    {
        try
        {
            foreach (var subscriber in batch.Feed.Subscribers)
            {
                if (subscriber.Outbox.Offer(subscriber, batch))
                    _toPump.Add(subscriber.Outbox);
            }
        }
        catch (Exception exception)
        {
            // Nothing is known that gets here; if something does, the other feeds go on.
            Log.NotDelivered(_logger, BrokerKey, batch.Feed.Filter.Text, exception);
        }
    }

    private void Append(Feed feed, in SequencedMessage message)
    {
        if (!feed.HasOpen)
            _open.Add(feed);
        feed.Append(message);
        if (feed.IsFull)
            Seal(feed);
    }

    private void Seal(Feed feed)
    {
        if (feed.HasOpen)
            _ready.Add(feed.Seal());
    }

    private void Deliver()
    {
        if (_isDelivering || _matches.Count == 0)
            return;

        _isDelivering = true;
        DeliverSoon();
    }

    /// <summary>After a quiet time at once; otherwise when messages have gathered for as long as they may.</summary>
    private void DeliverSoon()
    {
        var rest = _gather - _time.GetElapsedTime(_lastDelivery);
        if (rest > TimeSpan.Zero)
            _gathered.Change(rest, Timeout.InfiniteTimeSpan);
        else
            DeliverNow();
    }

    private void DeliverNow() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>
    /// Finds the filter's feed, or makes it. A connection that subscribes to a filter twice gets a second feed of it: each of its
    /// subscriptions has an id of its own, and everybody's second one shares that.
    /// </summary>
    private Feed FindFeed(Outbox outbox, TopicFilter filter)
    {
        if (!_feeds.TryGetValue(filter, out var feeds))
            _feeds.Add(filter, feeds = []);
        var feed = feeds.Find(existing => !outbox.Has(existing));
        if (feed is null)
        {
            feed = new Feed(this, _nextId(), filter);
            feeds.Add(feed);
            _feedsByFilter.Add(filter, feed);
        }

        return feed;
    }

    private void RemoveIfUnused(Feed feed)
    {
        if (feed.Subscribers.Length > 0)
            return;

        var feeds = _feeds[feed.Filter];
        feeds.Remove(feed);
        if (feeds.Count == 0)
            _feeds.Remove(feed.Filter);
        _feedsByFilter.Remove(feed.Filter, feed);
    }

    private static partial class Log
    {
        [LoggerMessage(2003, LogLevel.Error, "Broker {BrokerKey}: a batch of {Filter} could not be delivered")]
        public static partial void NotDelivered(ILogger logger, string brokerKey, string filter, Exception exception);

        [LoggerMessage(2001, LogLevel.Warning, "Broker {BrokerKey}: the cache is full; {Count} last values were evicted since this was last said")]
        public static partial void Evicted(ILogger logger, string brokerKey, long count);
    }
}
