namespace Bridge.Server.Pipeline.Ready;

/// <summary>Only so many messages of each topic go on, the others end there. What deletes a retained value always goes on.</summary>
public sealed class RateLimitOptions
{
    /// <summary>How many of each topic in a second, 0.001 to 1,000,000. Must be set.</summary>
    public double PerSecond { get; set; }

    /// <summary>How many of them at once, after a quiet time, 1 to 1,000,000. Default 1.</summary>
    public int Burst { get; set; } = 1;

    /// <summary>
    /// How many topics are remembered, 1 to 10,000,000. Beyond that the one that was heard of least recently is forgotten, and begins anew.
    /// Default 100,000.
    /// </summary>
    public int MaxTopics { get; set; } = 100_000;
}
