namespace Bridge.Benchmarks.Clients;

/// <summary>Many subscribers of one server, read by one thread.</summary>
internal sealed class SubscriberPool : IDisposable
{
    // As often as SignalR's own clients do.
    private static readonly TimeSpan KeepAliveEvery = TimeSpan.FromSeconds(15);

    private readonly Subscriber[] _subscribers;
    private readonly EpollLoop _loop;
    private readonly Timer _keepAlive;
    private readonly int _pausedEvery;

    private SubscriberPool(Subscriber[] subscribers, int pausedEvery)
    {
        (_subscribers, _pausedEvery) = (subscribers, pausedEvery);
        _loop = new EpollLoop(subscribers);
        for (var i = 0; i < subscribers.Length; i++)
            _loop.Add(i);
        _keepAlive = new Timer(_ => Array.ForEach(subscribers, subscriber => subscriber.SendKeepAlive()), null, KeepAliveEvery, KeepAliveEvery);
    }

    public int Count => _subscribers.Length;

    public long Received => _subscribers.Sum(subscriber => subscriber.Received);

    public long Skipped => _subscribers.Sum(subscriber => subscriber.Skipped);

    public long Disordered => _subscribers.Sum(subscriber => subscriber.Disordered);

    public long Bytes => _subscribers.Sum(subscriber => subscriber.Bytes);

    public int Closed => _subscribers.Count(subscriber => subscriber.IsClosed);

    /// <param name="port">The server's port on loopback.</param>
    /// <param name="dialect">What they speak.</param>
    /// <param name="count">How many.</param>
    /// <param name="pausedEvery">Every which one <see cref="Pause"/> concerns; 0 for none.</param>
    public static SubscriberPool Connect(int port, Dialect dialect, int count, int pausedEvery = 0)
    {
        var subscribers = Connecting.All(count, i => SubscriberConnector.Connect(port, dialect, IsPaused(i, pausedEvery) ? 8192 : 0));
        return new SubscriberPool(subscribers, pausedEvery);
    }

    /// <summary>Lets every so many-th subscriber stop reading.</summary>
    public void Pause() => ForPaused(_loop.Remove);

    /// <summary>Lets them read again.</summary>
    public void Resume() => ForPaused(_loop.Add);

    /// <summary>Notes, from now on, how late the messages are of about <paramref name="most"/> subscribers that read.</summary>
    public void Note(LatencyHistogram? latency, int most)
    {
        // Spread evenly: a server that writes to one after the other serves the first sooner than the last.
        var step = Math.Max(1, Count / most);
        for (var i = step / 2; i < Count; i += step)
            _subscribers[IsPaused(i, _pausedEvery) ? i + 1 : i].Latency = latency;
    }

    /// <summary>How many messages did not come and were not told of.</summary>
    public long Lost(long published) => (published * Count) - Received - Skipped;

    public void Dispose()
    {
        // Only when it no longer sends: a closed socket's number may be given to another.
        using var ended = new ManualResetEvent(false);
        _keepAlive.Dispose(ended);
        ended.WaitOne();
        _loop.Dispose();
        foreach (var subscriber in _subscribers)
            subscriber.Dispose();
    }

    private static bool IsPaused(int index, int every) => every > 0 && index % every == 0;

    private void ForPaused(Action<int> action)
    {
        for (var i = 0; _pausedEvery > 0 && i < Count; i += _pausedEvery)
            action(i);
    }
}
