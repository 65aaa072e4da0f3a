namespace Bridge.Server.FanOut;

/// <summary>
/// The feeds that have something to deliver and may not yet, because their subscribers want it only so often. Its members are called
/// under the stream's lock, and it opens a feed under it.
/// </summary>
internal sealed class FeedSchedule : IDisposable
{
    private readonly Lock _gate;
    private readonly TimeProvider _time;
    private readonly Action<Feed> _open;
    private readonly ITimer _timer;
    private readonly PriorityQueue<Feed, long> _waiting = new();

    /// <param name="gate">The stream's lock.</param>
    /// <param name="time">The clock.</param>
    /// <param name="open">Is called with each feed when it may deliver.</param>
    public FeedSchedule(Lock gate, TimeProvider time, Action<Feed> open)
    {
        (_gate, _time, _open) = (gate, time, open);
        _timer = time.CreateTimer(static schedule => ((FeedSchedule)schedule!).OpenDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Notes that a feed delivers now.</summary>
    public void Delivered(Feed feed)
    {
        if (feed.Mode.Interval > TimeSpan.Zero)
            feed.Due = _time.GetTimestamp() + (long)(feed.Mode.Interval.TotalSeconds * _time.TimestampFrequency);
    }

    /// <summary>Whether the feed has to wait; it is opened when it has waited.</summary>
    public bool Defers(Feed feed)
    {
        if (feed.Mode.Interval == TimeSpan.Zero || feed.Due <= _time.GetTimestamp())
            return false;

        _waiting.Enqueue(feed, feed.Due);
        if (_waiting.Peek() == feed)
            WaitFor(feed);
        return true;
    }

    public void Dispose() => _timer.Dispose();

    private void OpenDue()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            while (_waiting.TryPeek(out var feed, out var due))
            {
                if (due > now)
                {
                    WaitFor(feed);
                    return;
                }

                _waiting.Dequeue();
                _open(feed);
            }
        }
    }

    /// <summary>Timers count whole milliseconds: rather one too many than a delivery too early.</summary>
    private void WaitFor(Feed feed) =>
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(_time.GetElapsedTime(_time.GetTimestamp(), feed.Due).TotalMilliseconds)), Timeout.InfiniteTimeSpan);
}
