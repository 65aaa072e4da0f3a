namespace Bridge.ClientSdk.Connections;

/// <summary>How long to wait before each attempt to reconnect: at random up to a bound that doubles ("full jitter").</summary>
internal sealed class ReconnectDelay(TimeSpan first, TimeSpan longest, Random random)
{
    private int _attempts;

    public TimeSpan Next()
    {
        var bound = Math.Min(longest.Ticks, first.Ticks * Math.Pow(2, _attempts++));
        return TimeSpan.FromTicks((long)(bound * random.NextDouble()));
    }

    public void Reset() => _attempts = 0;
}
