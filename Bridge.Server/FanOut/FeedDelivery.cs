using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// Takes the messages of one stream's feeds to their subscribers. What comes after a quiet time goes at once; what comes faster than
/// that gathers, and one delivery carries it all: a delivery costs a system call and several hops between threads for each connection,
/// whatever it carries. Its members are called under the stream's lock, but for the delivery itself.
/// </summary>
internal sealed partial class FeedDelivery : IThreadPoolWorkItem, IDisposable
{
    private readonly Lock _gate;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _gather;
    private readonly ITimer _gathered;
    private readonly List<Feed> _open = [];
    private readonly List<Outbox> _toPump = [];
    private List<FeedBatch> _ready = [];
    private long _lastDelivery;
    private bool _isDelivering;

    /// <param name="gate">The stream's lock.</param>
    /// <param name="options">How long messages gather.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The stream's log.</param>
    public FeedDelivery(Lock gate, FanOutOptions options, TimeProvider time, ILogger logger)
    {
        (_gate, _time, _logger) = (gate, time, logger);
        _gather = TimeSpan.FromMilliseconds(options.GatherMilliseconds);
        _gathered = time.CreateTimer(
            static delivery => ((FeedDelivery)delivery!).DeliverNow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _lastDelivery = time.GetTimestamp() - (long)(_gather.TotalSeconds * time.TimestampFrequency);
    }

    public void Append(Feed feed, in SequencedMessage message)
    {
        if (!feed.HasOpen)
            _open.Add(feed);
        feed.Append(message);
        if (feed.IsFull)
            Seal(feed);
        if (_isDelivering)
            return;

        _isDelivering = true;
        DeliverSoon();
    }

    /// <summary>Ends the feed's batch: what comes after this is in another.</summary>
    public void Seal(Feed feed)
    {
        if (feed.HasOpen)
            _ready.Add(feed.Seal());
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

    private void DeliverSoon()
    {
        var rest = _gather - _time.GetElapsedTime(_lastDelivery);
        if (rest > TimeSpan.Zero)
            _gathered.Change(rest, Timeout.InfiniteTimeSpan);
        else
            DeliverNow();
    }

    private void DeliverNow() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

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
            Log.NotDelivered(_logger, batch.Feed.Stream.BrokerKey, batch.Feed.Filter.Text, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2003, LogLevel.Error, "Broker {BrokerKey}: a batch of {Filter} could not be delivered")]
        public static partial void NotDelivered(ILogger logger, string brokerKey, string filter, Exception exception);
    }
}
