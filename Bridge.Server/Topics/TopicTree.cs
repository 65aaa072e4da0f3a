namespace Bridge.Server.Topics;

/// <summary>One value under each topic name, found by the name or by a topic filter.</summary>
/// <remarks>
/// Not thread-safe, not even for readers, who share a scratch buffer: the caller holds the lock. To set the value of a topic that
/// has one costs a dictionary lookup; the levels are touched only when a topic comes or goes.
/// </remarks>
internal sealed class TopicTree<T>
    where T : class
{
    private readonly Dictionary<string, LevelNode<T>> _byTopic = new(StringComparer.Ordinal);
    private readonly LevelTree<T> _tree = new();

    /// <summary>How many topics have a value.</summary>
    public int Count => _byTopic.Count;

    /// <summary>How many levels the tree holds: what it costs in memory. Zero when it is empty.</summary>
    public int NodeCount => _tree.NodeCount;

    /// <summary>The value of a topic, or null. Takes a string as well.</summary>
    public T? Get(ReadOnlySpan<char> topic) =>
        _byTopic.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(topic, out var node) ? node.Entry : null;

    /// <summary>Sets the value of a topic, which must be valid, and returns the value that it had, or null.</summary>
    public T? Set(string topic, T value)
    {
        if (!_byTopic.TryGetValue(topic, out var node))
        {
            node = _tree.FindOrAdd(topic);
            _byTopic.Add(topic, node);
        }

        var previous = node.Entry;
        node.Entry = value;
        return previous;
    }

    /// <summary>Removes a topic and its value; false when it has none.</summary>
    public bool Remove(string topic)
    {
        if (!_byTopic.Remove(topic, out var node)) return false;

        _tree.Remove(node);
        return true;
    }

    /// <summary>
    /// Appends the values of all topics that a filter matches, in no particular order. Costs the branches that the filter can
    /// match.
    /// </summary>
    public void Find(TopicFilter filter, List<T> results)
    {
        if (!filter.IsExact) _tree.AppendCovered(filter.SpelledOut, results);
        else if (Get(filter.Text) is { } value) results.Add(value);
    }
}
