namespace Bridge.Server.FanOut;

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

/// <summary>One end of a part of the past, as clients name it.</summary>
/// <param name="Cursor">A place in the stream; null for a time.</param>
/// <param name="Time">A time; null for a place.</param>
internal readonly record struct HistoryEnd(StreamCursor? Cursor, DateTimeOffset? Time);

/// <summary>What of the past somebody wants to see.</summary>
/// <param name="Filter">Of which topics.</param>
/// <param name="Since">From when on; null for the oldest.</param>
/// <param name="Until">Until when; null for the newest.</param>
/// <param name="Limit">How many at most.</param>
internal sealed record HistoryTerms(Topics.TopicFilter Filter, HistoryEnd? Since, HistoryEnd? Until, int Limit);
