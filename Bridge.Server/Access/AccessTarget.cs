using Bridge.Server.Topics;

namespace Bridge.Server.Access;

/// <summary>What somebody wants to do something with: one topic, or all the topics of a filter.</summary>
internal readonly struct AccessTarget
{
    private readonly string? _topic;
    private readonly TopicFilter? _filter;

    private AccessTarget(string? topic, TopicFilter? filter) => (_topic, _filter) = (topic, filter);

    /// <summary>A valid topic name.</summary>
    public static implicit operator AccessTarget(string topic) => new(topic, null);

    public static implicit operator AccessTarget(TopicFilter filter) => new(null, filter);

    /// <summary>What all of these topics begin with.</summary>
    public ReadOnlySpan<char> Beginning => _filter is null ? _topic : BeginningOf(_filter.Text);

    /// <summary>What all topics of a filter begin with: <c>a/#</c> has <c>a</c> too.</summary>
    public static ReadOnlySpan<char> BeginningOf(ReadOnlySpan<char> filter)
    {
        var wildcard = filter.IndexOfAny('+', '#');
        return wildcard < 0 ? filter : filter[..Math.Max(0, wildcard - 1)];
    }

    /// <summary>Whether the filter has all of these topics.</summary>
    public bool IsWithin(TopicFilter filter) => _filter is null ? filter.Matches(_topic!) : filter.Covers(_filter);

    /// <summary>Whether the filter has any of these topics.</summary>
    public bool Touches(TopicFilter filter) => _filter is null ? filter.Matches(_topic!) : filter.Intersects(_filter);
}
