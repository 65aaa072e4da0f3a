namespace Bridge.Benchmarks.Clients;

/// <summary>Many pollers of one server, read by one thread.</summary>
internal sealed class PollerPool : IDisposable
{
    private readonly Poller[] _pollers;
    private readonly EpollLoop _loop;

    private PollerPool(Poller[] pollers)
    {
        _pollers = pollers;
        _loop = new EpollLoop(pollers);
        for (var i = 0; i < pollers.Length; i++)
            _loop.Add(i);
    }

    public int Count => _pollers.Length;

    public long Answers => _pollers.Sum(poller => poller.Answers);

    public long Failures => _pollers.Sum(poller => poller.Failures);

    public long Bytes => _pollers.Sum(poller => poller.Bytes);

    public int Closed => _pollers.Count(poller => poller.IsClosed);

    /// <summary>When the last of them was given its last value.</summary>
    public long LastAnsweredAt => _pollers.Max(poller => poller.AnsweredAt);

    /// <summary>Connects them; they do not wait yet.</summary>
    /// <param name="port">The server's port on loopback.</param>
    /// <param name="count">How many.</param>
    /// <param name="topicOf">What each waits for.</param>
    /// <param name="cursor">From where on.</param>
    /// <param name="goOn">Whether each waits on as soon as it has its answer.</param>
    public static PollerPool Connect(int port, int count, Func<int, string> topicOf, string cursor, bool goOn) =>
        new(Connecting.All(count, i => new Poller(port, topicOf(i), cursor) { GoesOn = goOn }));

    /// <summary>Lets all begin to wait.</summary>
    public void Poll() => Array.ForEach(_pollers, poller => poller.Poll());

    /// <summary>Notes, from now on, how late each answer is.</summary>
    public void Note(LatencyHistogram? latency) => Array.ForEach(_pollers, poller => poller.Latency = latency);

    /// <summary>How many do not have the value with this number as their last.</summary>
    public int Missing(Func<int, long> lastSequenceOf)
    {
        var missing = 0;
        for (var i = 0; i < _pollers.Length; i++)
            missing += _pollers[i].LastSequence == lastSequenceOf(i) ? 0 : 1;
        return missing;
    }

    public void Dispose()
    {
        _loop.Dispose();
        Array.ForEach(_pollers, poller => poller.Dispose());
    }
}
