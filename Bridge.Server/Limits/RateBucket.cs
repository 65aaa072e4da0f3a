namespace Bridge.Server.Limits;

/// <summary>
/// What somebody may still do, as the time at which nothing would be missing any more (the virtual scheduling of ITU-T I.371, GCRA): one
/// number, which many may change at a time without a lock. All times are nanoseconds: whole numbers, so that a bridge that has run for
/// long still counts to the last.
/// </summary>
/// <param name="now">The time.</param>
internal sealed class RateBucket(long now)
{
    private const long Retired = long.MaxValue;

    private long _fullAt = now;

    /// <param name="now">The time.</param>
    /// <param name="cost">What is taken: how long it takes to come back.</param>
    /// <param name="most">What a full bucket has, likewise.</param>
    /// <returns>0: it was taken; more: how long until it can be; null: the bucket is retired.</returns>
    public long? TryTake(long now, long cost, long most)
    {
        while (true)
        {
            var before = Volatile.Read(ref _fullAt);
            if (before == Retired)
                return null;

            var after = Math.Max(before, now) + cost;
            if (after - now > most)
                return after - now - most;
            if (Interlocked.CompareExchange(ref _fullAt, after, before) == before)
                return 0;
        }
    }

    /// <summary>How long until so much can be taken; 0 or less: it can be now.</summary>
    public long WaitFor(long now, long cost, long most) =>
        Volatile.Read(ref _fullAt) is var fullAt && fullAt == Retired ? 0 : Math.Max(0, fullAt - now) + cost - most;

    /// <summary>Gives back what was taken.</summary>
    public void Return(long cost)
    {
        long before;
        do
        {
            before = Volatile.Read(ref _fullAt);
        }
        while (before != Retired && Interlocked.CompareExchange(ref _fullAt, before - cost, before) != before);
    }

    /// <summary>Ends it if it is full, so that it says nothing that a new one would not say too.</summary>
    public bool TryRetire(long now)
    {
        var fullAt = Volatile.Read(ref _fullAt);
        return fullAt <= now && Interlocked.CompareExchange(ref _fullAt, Retired, fullAt) == fullAt;
    }
}
