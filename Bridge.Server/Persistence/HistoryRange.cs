namespace Bridge.Server.Persistence;

/// <summary>A part of the past.</summary>
/// <param name="After">The position before it.</param>
/// <param name="UpTo">The position of its end.</param>
internal readonly record struct HistoryRange(long After, long UpTo)
{
    /// <summary>None received before; null for any.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>None received then or later; null for any.</summary>
    public DateTimeOffset? Until { get; init; }
}
