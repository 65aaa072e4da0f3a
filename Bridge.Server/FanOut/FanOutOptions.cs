namespace Bridge.Server.FanOut;

/// <summary>How messages go to those who subscribed.</summary>
public sealed class FanOutOptions
{
    /// <summary>
    /// For how many milliseconds messages may gather before they are delivered together, 0 to 1,000. A message goes at once unless another
    /// is to be expected in that time; when they come faster than this, each delivery carries all that came since the last, so that the
    /// cost of each falls as their number rises. Default 10.
    /// </summary>
    public int GatherMilliseconds { get; set; } = 10;
}
