namespace Bridge.Server.Pipeline.Ready;

/// <summary>
/// A number goes on only when it differs enough from the last one of its topic that went on. What is no number goes on, and so does the first
/// number after it; what deletes a retained value goes on too. Exactly one of <c>Absolute</c> and <c>Percent</c> must be set.
/// </summary>
public sealed class DeadbandOptions
{
    /// <summary>Where the number is in a JSON payload, as in <c>PickField</c>; a string that is a number counts. Default: the payload is the number.</summary>
    public string? Path { get; set; }

    /// <summary>A number goes on when it differs by more than this, 0 or more. 0: whenever it is another.</summary>
    public double? Absolute { get; set; }

    /// <summary>A number goes on when it differs by more than so many percent of the last one, 0 to 1,000,000. After 0 every other number does.</summary>
    public double? Percent { get; set; }

    /// <summary>
    /// After so many seconds in which none of its topic went on, the next one does however little it differs, 0 to 31,536,000. 0 means never.
    /// Default 0.
    /// </summary>
    public int MaxSilenceSeconds { get; set; }

    /// <summary>
    /// How many topics are remembered, 1 to 10,000,000. Beyond that the one that was heard of least recently is forgotten, and its next number
    /// goes on. Default 100,000.
    /// </summary>
    public int MaxTopics { get; set; } = 100_000;
}
