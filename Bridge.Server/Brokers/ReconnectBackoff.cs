namespace Bridge.Server.Brokers;

/// <summary>
/// How long to wait before the next attempt: exponential with full jitter, so that many bridges do not fall upon a broker that
/// comes back. The window is 0.5 s after the first failure and doubles up to 30 s.
/// </summary>
internal sealed class ReconnectBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>A link that lasted this long was a good one: the window begins anew.</summary>
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);

    private int _failures;

    /// <summary>Notes how long the last link lasted.</summary>
    public void LinkLasted(TimeSpan duration)
    {
        if (duration >= Stable)
            _failures = 0;
    }

    /// <summary>The longest that <see cref="Next"/> would now say.</summary>
    public TimeSpan Window => First * Math.Pow(2, _failures) is var window && window < Longest ? window : Longest;

    public TimeSpan Next()
    {
        var wait = Window * Random.Shared.NextDouble();
        _failures = Math.Min(_failures + 1, 10);
        return wait;
    }
}
