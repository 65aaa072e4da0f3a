namespace Bridge.Server.Caching;

/// <summary>
/// The bounds of the last-message cache. They hold for each broker by itself, so that a flood on one never costs another its
/// values. Where a bound is reached, the values that were updated longest ago are evicted, and counted.
/// </summary>
public sealed class CacheOptions
{
    /// <summary>How many topics of a broker are kept, 1 to 100,000,000. Default 200,000.</summary>
    public int MaxTopics { get; set; } = 200_000;

    /// <summary>
    /// How many bytes a broker's values may occupy: payloads, topics and properties, and what keeping them costs. At least 1,024.
    /// Default 268,435,456 (256 MiB).
    /// </summary>
    public long MaxBytes { get; set; } = 268_435_456;

    /// <summary>
    /// How long a value is kept after its last update, unless it is a retained one, which the broker keeps too; 0 means for ever.
    /// Default one day.
    /// </summary>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How many of a broker's last messages are kept, each of them, so that a client that was away for a short while misses none of them,
    /// 0 to 10,000,000. Who was away for longer gets the last values. Default 10,000.
    /// </summary>
    public int RecentMessages { get; set; } = 10_000;

    /// <summary>
    /// How many bytes these may occupy, with 256 for each beside its payload and texts; they share these with the last values. Default
    /// 16,777,216 (16 MiB).
    /// </summary>
    public long RecentBytes { get; set; } = 16_777_216;
}
