using System.Numerics;

namespace Bridge.Benchmarks.Clients;

/// <summary>Counts microseconds in buckets that are at most 1.6 % wide. Written by one thread.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBuckets = 64;

    private readonly long[] _buckets = new long[SubBuckets * 40];

    public long Count { get; private set; }

    public void Add(long microseconds)
    {
        _buckets[IndexOf(Math.Max(0, microseconds))]++;
        Count++;
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        Count = 0;
    }

    /// <summary>The value in milliseconds that this share of all (0 to 1) does not exceed; null when nothing was counted.</summary>
    public double? Percentile(double share)
    {
        var left = (long)Math.Ceiling(share * Count);
        for (var i = 0; i < _buckets.Length && Count > 0; i++)
        {
            left -= _buckets[i];
            if (left <= 0)
                return LowestOf(i) / 1000.0;
        }

        return null;
    }

    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - 6);
        return (int)((shift * SubBuckets) + (value >> shift));
    }

    private static long LowestOf(int index)
    {
        var shift = Math.Max(0, (index / SubBuckets) - 1);
        return (long)(index - (shift * SubBuckets)) << shift;
    }
}
