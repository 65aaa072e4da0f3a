using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>Which last values somebody wants to see.</summary>
/// <param name="Filter">Of which topics.</param>
internal sealed record ReadTerms(TopicFilter Filter)
{
    /// <summary>Only what has changed since; null for all there is.</summary>
    public StreamCursor? Since { get; init; }

    /// <summary>Tells the position since which the broker sends these topics: what has changed before may be missing. Null where it always does.</summary>
    public Func<long>? HeardSince { get; init; }

    /// <summary>Where a long list goes on, which says itself since when; null at its beginning.</summary>
    public ReadPage? Page { get; init; }

    /// <summary>The position since which changes are wanted; null for all there is.</summary>
    public long? ChangesAfter => Page is { } page ? page.Since : Since?.Position;

    /// <summary>How many at most.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>None that was received longer ago; null where age does not matter.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>What the reader knows already, by <see cref="LastValues.Tag"/>.</summary>
    public IReadOnlyList<string> KnownTags { get; init; } = [];

    /// <summary>Whether the reader knows whatever there is, with the tag <c>*</c> (RFC 9110 §13.1.2).</summary>
    public bool KnowsAnything => KnownTags.Contains("*");

    /// <summary>Whether the reader knows it already.</summary>
    public bool Knows(string? tag) => tag is not null && (KnownTags.Contains(tag) || KnowsAnything);
}
