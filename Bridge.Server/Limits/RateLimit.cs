using System.Collections.Concurrent;

namespace Bridge.Server.Limits;

/// <summary>How often something may be done, by each of many. Those who do nothing any more are forgotten.</summary>
/// <param name="perSecond">How much of it in a second.</param>
/// <param name="most">How much of it at once, after a quiet time.</param>
/// <param name="time">The clock. The framework's limiters have one of their own, refill in steps, and look at every caller ten times a second.</param>
internal sealed class RateLimit<TKey>(double perSecond, double most, TimeProvider time)
    where TKey : notnull
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long SweepEvery = 10 * NanosecondsPerSecond;

    private readonly ConcurrentDictionary<TKey, RateBucket> _buckets = [];
    private readonly long _most = Nanoseconds(most / perSecond);
    private readonly long _began = time.GetTimestamp();
    private long _sweptAt;

    /// <summary>How many are known.</summary>
    public int Count => _buckets.Count;

    private long Now => time.GetElapsedTime(_began).Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Takes so much; what is more than can ever be there at once is taken when all is there.</summary>
    /// <returns>Null: it was taken; otherwise after how long it can be.</returns>
    public TimeSpan? TryTake(TKey key, double amount = 1)
    {
        var now = Now;
        while (true)
        {
            var bucket = _buckets.TryGetValue(key, out var known) ? known : Add(key, now);
            if (bucket.TryTake(now, CostOf(amount), _most) is { } wait)
                return wait > 0 ? Span(wait) : null;

            // Who has retired it takes it out.
            _buckets.TryRemove(KeyValuePair.Create(key, bucket));
        }
    }

    /// <summary>Whether so much can be taken; it is not.</summary>
    /// <inheritdoc cref="TryTake"/>
    public TimeSpan? Check(TKey key, double amount = 1) =>
        _buckets.TryGetValue(key, out var bucket) && bucket.WaitFor(Now, CostOf(amount), _most) is > 0 and var wait ? Span(wait) : null;

    /// <summary>Gives back what was taken for nothing.</summary>
    public void Return(TKey key, double amount = 1)
    {
        if (_buckets.TryGetValue(key, out var bucket))
            bucket.Return(CostOf(amount));
    }

    private long CostOf(double amount) => Math.Min(Nanoseconds(amount / perSecond), _most);

    private static long Nanoseconds(double seconds) => (long)(seconds * NanosecondsPerSecond);

    private static TimeSpan Span(long nanoseconds) =>
        TimeSpan.FromTicks((nanoseconds + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick);

    /// <summary>Only newcomers make it more: so they see to it that those who have gone are forgotten.</summary>
    private RateBucket Add(TKey key, long now)
    {
        var sweptAt = Volatile.Read(ref _sweptAt);
        if (now - sweptAt >= SweepEvery && Interlocked.CompareExchange(ref _sweptAt, now, sweptAt) == sweptAt)
            Sweep(now);
        return _buckets.GetOrAdd(key, static (_, now) => new RateBucket(now), now);
    }

    private void Sweep(long now)
    {
        foreach (var entry in _buckets)
        {
            if (entry.Value.TryRetire(now))
                _buckets.TryRemove(entry);
        }
    }
}
