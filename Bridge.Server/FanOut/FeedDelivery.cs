using System.Diagnostics;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// Takes the messages of one stream's feeds to their subscribers. What comes now and then goes at once; where more is to be expected
/// soon it gathers, and one delivery carries it all: a delivery costs a system call for each connection, whatever it carries. Its
/// members are called under the stream's lock, but for the delivery itself.
/// </summary>
internal sealed partial class FeedDelivery : IThreadPoolWorkItem, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _gather;
    private readonly ITimer _gathered;
    private readonly FeedSchedule _schedule;
    private readonly List<Feed> _open = [];
    private readonly List<FeedBatch> _batches = [];
    private readonly List<Outbox> _toPump = [];
    private long _lastDelivery;
    private double _perSecond;
    private int _appended;
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
        _schedule = new FeedSchedule(gate, time, Open);
        _lastDelivery = time.GetTimestamp() - (long)(_gather.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>How many messages were left out for later ones, for subscribers of every message.</summary>
    public long Conflated { get; private set; }

    /// <summary>What has become of the messages.</summary>
    public DeliveryCounts Counts { get; } = new();

    public void Append(Feed feed, in SequencedMessage message)
    {
        var isOpen = feed.HasOpen;
        feed.Append(message);
        _appended++;
        if (!isOpen && !_schedule.Defers(feed))
            Open(feed);
    }

    /// <summary>
    /// Completes when nothing gathers that is due. What a feed may not deliver yet, because its subscribers want it only so often, is not.
    /// </summary>
    public async Task WhenDeliveredAsync(CancellationToken cancellationToken)
    {
        while (HasOpen())
            await Task.Delay(LookEvery, _time, cancellationToken);
    }

    /// <summary>Follows a message in a trace that was just appended to feeds.</summary>
    public void Follow(Activity arrival, long position, ReadOnlySpan<Feed> feeds)
    {
        var trace = new MessageTrace(arrival.Context, position, _time);
        foreach (var feed in feeds[..Math.Min(feeds.Length, MessageTrace.MostFeeds)])
            feed.Trace ??= trace;
    }

    public void Dispose()
    {
        _gathered.Dispose();
        _schedule.Dispose();
    }

    /// <summary>Delivers what has gathered, then waits for more to gather, if more came meanwhile. One delivery at a time.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        lock (_gate)
        {
            Begin();
            foreach (var feed in _open)
            {
                Conflated += feed.TakeTo(_batches);
                _schedule.Delivered(feed);
            }

            _open.Clear();
        }

        foreach (var batch in _batches)
            Offer(batch);
        _batches.Clear();
        foreach (var outbox in _toPump)
            outbox.Pump();
        _toPump.Clear();

        lock (_gate)
        {
            _isDelivering = _open.Count > 0;
            if (_isDelivering)
                DeliverSoon();
        }
    }

    private void Open(Feed feed)
    {
        _open.Add(feed);
        if (_isDelivering)
            return;

        _isDelivering = true;
        DeliverSoon();
    }

    /// <summary>Notes how much came since the delivery before.</summary>
    private void Begin()
    {
        var now = _time.GetTimestamp();
        _perSecond = _appended / Math.Max(_time.GetElapsedTime(_lastDelivery, now).TotalSeconds, 0.001);
        (_lastDelivery, _appended) = (now, 0);
    }

    /// <summary>
    /// Waits until the time is over where at least one more message is to be expected in it. Else to wait would cost time and spare
    /// nothing: at 100 messages a second it took 3 ms more on average, and 5 at the most.
    /// </summary>
    private void DeliverSoon()
    {
        var rest = _gather - _time.GetElapsedTime(_lastDelivery);
        if (rest.TotalSeconds * _perSecond >= 1)
            _gathered.Change(rest, Timeout.InfiniteTimeSpan);
        else
            DeliverNow();
    }

    private bool HasOpen()
    {
        lock (_gate)
            return _isDelivering || _open.Count > 0;
    }

    private void DeliverNow() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private void Offer(FeedBatch batch)
    {
        try
        {
            batch.Feed.Takers = 0;
            foreach (var subscriber in batch.Feed.Subscribers)
            {
                if (subscriber.Outbox.Offer(subscriber, batch))
                    _toPump.Add(subscriber.Outbox);
            }

            Counts.Add(batch, batch.Feed.Takers);
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
