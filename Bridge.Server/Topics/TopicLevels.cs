namespace Bridge.Server.Topics;

/// <summary>
/// The levels of a topic name or topic filter, one after the other and without allocating. Empty levels are levels
/// (MQTT 5 §4.7.1.1).
/// </summary>
internal ref struct TopicLevels(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;
    private bool _ended;

    /// <summary>The level that <see cref="MoveNext"/> came to; empty before the first and after the last.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    public readonly TopicLevels GetEnumerator() => this;

    public bool MoveNext()
    {
        var slash = _rest.IndexOf('/');
        if (slash >= 0)
        {
            Current = _rest[..slash];
            _rest = _rest[(slash + 1)..];
            return true;
        }

        Current = _rest;
        _rest = default;
        var isLast = !_ended;
        _ended = true;
        return isLast;
    }
}
