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
    private readonly Lock _gate = new();
    private readonly LastMessageCache _cache;
    private readonly FeedDirectory _feeds;
    private readonly FeedDelivery _delivery;
    private readonly Dictionary<Outbox, int> _outboxes = [];
    private readonly List<Feed> _matches = [];
    private readonly string _epoch;
    private readonly ILogger _logger;
    private long _position;
    private long _evictedTold;

    public MessageStream(
        string brokerKey, CacheOptions cache, FanOutOptions options, string epoch, Func<string> nextId, TimeProvider time, ILogger logger)
    {
        (BrokerKey, _epoch, _logger) = (brokerKey, epoch, logger);
        _cache = new LastMessageCache(cache, time);
        _feeds = new FeedDirectory(this, nextId);
        _delivery = new FeedDelivery(_gate, options, time, logger);
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
            _feeds.Match(message.Topic, _matches);
            foreach (var feed in _matches)
                _delivery.Append(feed, sequenced);
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
            var feed = _feeds.FindOrAdd(filter, outbox);
            _delivery.Seal(feed);
            var last = new List<SequencedMessage>();
            _cache.Find(filter, last);
            var subscriber = new Subscriber(feed, outbox, upstream) { Reached = feed.Appended, Position = _position };
            var replay = snapshot ? new Replay(subscriber, last, _position, isSnapshot: true, skipped: 0) : null;
            var matchedTopics = last.Count;
            try
            {
                outbox.Add(subscriber, replay);
            }
            catch
            {
                _feeds.RemoveIfUnused(feed);
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
            _feeds.RemoveIfUnused(feed);
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
            _delivery.Seal(feed);
            var missed = new List<SequencedMessage>();
            _cache.FindNewer(feed.Filter, subscriber.Position, missed);
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
                _cache.Find(filter, last);
            else if (_cache.TryGet(filter.Text, out var cached))
                last.Add(new SequencedMessage(cached.Position, cached.Message));
            cursor = CursorAt(_position);
        }

        last.Sort(static (a, b) => string.CompareOrdinal(a.Message.Topic, b.Message.Topic));
        return (cursor, last.ConvertAll(message => message.Message with { Cursor = CursorAt(message.Position) }));
    }

    /// <summary>Reads the last value of one topic, and where in the stream it came.</summary>
    public SequencedMessage? GetLast(string topic)
    {
        lock (_gate)
            return _cache.TryGet(topic, out var cached) ? new SequencedMessage(cached.Position, cached.Message) : null;
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

    public void Dispose() => _delivery.Dispose();

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
    }
}
