namespace Bridge.Server.Topics;

/// <summary>Values under topic filters, found by a topic name or by another filter. Several may stand under one filter.</summary>
/// <remarks>
/// Not thread-safe, not even for readers, who share a scratch buffer: the caller holds the lock. A search costs what it finds and
/// the branches that agree with the topic as far as they go, not the number of filters, and allocates nothing but what
/// the result list needs to grow. Results come in no particular order.
/// </remarks>
internal sealed class TopicFilterTree<T>
{
    private readonly LevelTree<Entry> _tree = new();
    private readonly List<Entry> _found = [];

    /// <summary>How many values there are, each counted as often as it was added.</summary>
    public int Count { get; private set; }

    /// <summary>How many levels the tree holds: what it costs in memory. Zero when it is empty.</summary>
    public int NodeCount => _tree.NodeCount;

    /// <summary>How many levels of filters the searches have come to so far: what they cost in time.</summary>
    public long Visited => _tree.Visited;

    /// <summary>Puts a value under a filter. One that already stands there, stands there twice.</summary>
    public void Add(TopicFilter filter, T value)
    {
        var node = _tree.FindOrAdd(filter.Text);
        node.Entry ??= new Entry(filter);
        node.Entry.Values.Add(value);
        Count++;
    }

    /// <summary>Takes a value from a filter, once; false when it does not stand there. Costs the values of that filter.</summary>
    public bool Remove(TopicFilter filter, T value)
    {
        var node = _tree.Find(filter.Text);
        if (node?.Entry is not { Values: var values } || !RemoveUnordered(values, value)) return false;

        if (values.Count == 0) _tree.Remove(node);
        Count--;
        return true;
    }

    /// <summary>Appends the values of all filters that match a topic name, which must be valid.</summary>
    public void Match(string topic, List<T> results)
    {
        _tree.AppendCovering(topic, _found);
        foreach (var entry in _found) results.AddRange(entry.Values);
        _found.Clear();
    }

    /// <summary>Whether a filter in the tree, be it the same one, covers <paramref name="filter"/>.</summary>
    public bool HasCover(TopicFilter filter)
    {
        _tree.AppendCovering(filter.SpelledOut, _found);
        var hasCover = _found.Count > 0;
        _found.Clear();
        return hasCover;
    }

    /// <summary>Appends the filters in the tree that cover <paramref name="filter"/>; itself too, where it is one.</summary>
    public void Covering(TopicFilter filter, List<TopicFilter> results)
    {
        _tree.AppendCovering(filter.SpelledOut, _found);
        AppendFilters(results);
    }

    /// <summary>Appends the filters in the tree that <paramref name="filter"/> covers; itself too, where it is one.</summary>
    public void CoveredBy(TopicFilter filter, List<TopicFilter> results)
    {
        _tree.AppendCovered(filter.SpelledOut, _found);
        AppendFilters(results);
    }

    private void AppendFilters(List<TopicFilter> results)
    {
        foreach (var entry in _found) results.Add(entry.Filter);
        _found.Clear();
    }

    private static bool RemoveUnordered(List<T> values, T value)
    {
        var index = values.IndexOf(value);
        if (index < 0) return false;

        values[index] = values[^1];
        values.RemoveAt(values.Count - 1);
        return true;
    }

    private sealed class Entry(TopicFilter filter)
    {
        public TopicFilter Filter { get; } = filter;

        // Most filters have one value.
        public List<T> Values { get; } = new(1);
    }
}
