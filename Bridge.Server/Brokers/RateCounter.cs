namespace Bridge.Server.Brokers;

/// <summary>Counts events, in all and per second over the last ten seconds. Any number of threads may count.</summary>
internal sealed class RateCounter(TimeProvider time)
{
    private const int Seconds = 10;

    // One slot more than is read: the second that is running counts for nothing yet.
    private readonly long[] _counts = new long[Seconds + 1];
    private readonly long[] _stamps = new long[Seconds + 1];
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private long _total;

    public long Total => Interlocked.Read(ref _total);

    public double PerSecond
    {
        get
        {
            var now = Now();
            lock (_gate)
            {
                long sum = 0;
                for (var i = 0; i < _counts.Length; i++)
                {
                    if (_stamps[i] < now && _stamps[i] >= now - Seconds)
                        sum += _counts[i];
                }

                return (double)sum / Math.Clamp(now, 1, Seconds);
            }
        }
    }

    public void Add()
    {
        Interlocked.Increment(ref _total);
        var now = Now();
        var slot = now % _counts.Length;
        lock (_gate)
        {
            if (_stamps[slot] != now)
                (_stamps[slot], _counts[slot]) = (now, 0);
            _counts[slot]++;
        }
    }

    private long Now() => (long)time.GetElapsedTime(_start).TotalSeconds;
}
