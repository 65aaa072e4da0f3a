namespace Bridge.Server.FanOut;

/// <summary>What of the messages that match its subscribers want.</summary>
/// <param name="IsLatest">Whether only the last message of each topic, as of when they are delivered.</param>
/// <param name="Interval">With that: how much time there is between two deliveries, at least.</param>
internal readonly record struct DeliveryMode(bool IsLatest, TimeSpan Interval)
{
    /// <summary>Every message.</summary>
    public static DeliveryMode All => default;

    /// <summary>The last message of each topic.</summary>
    /// <param name="maxRate">How often a second, at most; null for as often as anything is delivered.</param>
    public static DeliveryMode Latest(double? maxRate) => new(true, maxRate is { } rate ? TimeSpan.FromSeconds(1 / rate) : TimeSpan.Zero);
}
