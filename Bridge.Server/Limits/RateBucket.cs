namespace Bridge.Server.Limits;

/// <summary>
/// What somebody may still do, as the time at which nothing would be missing any more (the virtual scheduling of ITU-T I.371, GCRA): one
/// number, which many may change at a time without a lock.
/// </summary>
/// <param name="now">The time, in seconds.</param>
internal sealed class RateBucket(double now)
{
    private const double Retired = double.PositiveInfinity;

    /// <summary>In seconds: what ten thousand additions may be off.</summary>
    private const double Rounding = 1e-6;

    private double _fullAt = now;

    /// <param name="now">The time.</param>
    /// <param name="cost">What is taken: how long it takes to come back.</param>
    /// <param name="most">What a full bucket has, likewise.</param>
    /// <returns>0: it was taken; more: how long until it can be; null: the bucket is retired.</returns>
    public double? TryTake(double now, double cost, double most)
    {
        while (true)
        {
            var before = Volatile.Read(ref _fullAt);
            if (before == Retired)
                return null;

            var after = Math.Max(before, now) + cost;
            if (after - now > most + Rounding)
                return after - now - most;
            if (Interlocked.CompareExchange(ref _fullAt, after, before) == before)
                return 0;
        }
    }

    /// <summary>How long until so much can be taken; 0: it can be now.</summary>
    public double WaitFor(double now, double cost, double most)
    {
        var missing = Math.Max(0, Volatile.Read(ref _fullAt) - now) + cost - most;
        return double.IsFinite(missing) && missing > Rounding ? missing : 0;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(double cost)
    {
        double before;
        do
            before = Volatile.Read(ref _fullAt);
        while (Interlocked.CompareExchange(ref _fullAt, before - cost, before) != before);
    }

    /// <summary>Ends it if it is full, so that it says nothing that a new one would not say too.</summary>
    public bool TryRetire(double now)
    {
        var fullAt = Volatile.Read(ref _fullAt);
        return fullAt <= now && Interlocked.CompareExchange(ref _fullAt, Retired, fullAt) == fullAt;
    }
}
