namespace Bridge.Server.Topics;

/// <summary>
/// Entries under topic filters, arranged by level; at most one under a text. A topic name counts as the filter that matches it
/// alone.
/// </summary>
/// <remarks>
/// Not thread-safe, not even for readers, who share a scratch buffer: the caller holds the lock. Nothing recurses, as a topic may
/// have 65,536 levels. Both searches go level by level through the nodes that agree so far, and never come to a node twice.
/// </remarks>
internal sealed class LevelTree<TEntry>
    where TEntry : class
{
    private readonly LevelNode<TEntry> _root = new(null, "");
    private List<LevelNode<TEntry>> _frontier = [];
    private List<LevelNode<TEntry>> _next = [];

    /// <summary>How many levels the tree holds: what it costs in memory. Zero when it is empty.</summary>
    public int NodeCount { get; private set; }

    /// <summary>How many nodes the searches have come to so far: what they cost in time.</summary>
    public long Visited { get; private set; }

    /// <summary>The node of a text, or null when the tree has none.</summary>
    public LevelNode<TEntry>? Find(string text)
    {
        var node = _root;
        foreach (var level in new TopicLevels(text))
        {
            if (node.Child(level) is not { } child) return null;
            node = child;
        }

        return node;
    }

    /// <summary>The node of a text, made where it is missing. The caller sets its entry, or else prunes it.</summary>
    public LevelNode<TEntry> FindOrAdd(string text)
    {
        var node = _root;
        foreach (var level in new TopicLevels(text))
        {
            var child = node.Child(level);
            if (child is null)
            {
                child = node.AddChild(level.ToString());
                NodeCount++;
            }

            node = child;
        }

        return node;
    }

    /// <summary>Takes the entry from a node, and the nodes that now lead nowhere from the tree.</summary>
    public void Remove(LevelNode<TEntry> node)
    {
        node.Entry = null;
        while (node.IsEmpty && node.Parent is { } parent)
        {
            parent.RemoveChild(node);
            NodeCount--;
            node = parent;
        }
    }

    /// <summary>Appends the entries of all filters that cover a filter, given spelled out, or match a topic name.</summary>
    public void AppendCovering(string text, List<TEntry> results)
    {
        var wildcardsApply = !TopicName.IsReserved(text);
        _frontier.Add(_root);
        foreach (var level in new TopicLevels(text))
        {
            foreach (var node in _frontier)
            {
                if (wildcardsApply)
                {
                    AppendEntry(node.Hash, results);
                    AddNext(level is "#" ? null : node.Plus);
                }

                AddNext(level is "#" or "+" ? null : node.Literal(level));
            }

            if (!Advance()) return;
            wildcardsApply = true;
        }

        foreach (var node in _frontier)
        {
            AppendEntry(node, results);
            AppendEntry(node.Hash, results);
        }

        _frontier.Clear();
    }

    /// <summary>Appends the entries of all filters and topic names that a filter, given spelled out, covers.</summary>
    public void AppendCovered(string text, List<TEntry> results)
    {
        AppendAbbreviated(text, results);
        _frontier.Add(_root);
        foreach (var level in new TopicLevels(text))
        {
            if (level is "#")
            {
                AppendSubtrees(results);
                return;
            }

            foreach (var node in _frontier)
            {
                if (level is "+") AppendChildren(node, _next);
                else AddNext(node.Literal(level));
            }

            if (!Advance()) return;
        }

        foreach (var node in _frontier) AppendEntry(node, results);
        _frontier.Clear();
    }

    // The two filters that have a level more when spelled out stand a level too high for the search to come upon.
    private void AppendAbbreviated(string text, List<TEntry> results)
    {
        if (text is "+/#") AppendEntry(_root.Hash, results);
        if (text is "/+/#" or "+/+/#") AppendEntry(_root.Literal("")?.Hash, results);
    }

    private void AppendSubtrees(List<TEntry> results)
    {
        while (_frontier.Count > 0)
        {
            var node = _frontier[^1];
            _frontier.RemoveAt(_frontier.Count - 1);
            Visited++;
            AppendEntry(node, results);
            AppendEntry(node.Hash, results);
            AppendChildren(node, _frontier);
        }
    }

    private static void AppendEntry(LevelNode<TEntry>? node, List<TEntry> results)
    {
        if (node?.Entry is { } entry) results.Add(entry);
    }

    private void AddNext(LevelNode<TEntry>? node)
    {
        if (node is not null) _next.Add(node);
    }

    private void AppendChildren(LevelNode<TEntry> node, List<LevelNode<TEntry>> nodes)
    {
        if (node.Plus is { } plus) nodes.Add(plus);
        node.AppendLiterals(nodes, exceptReserved: node == _root);
    }

    private bool Advance()
    {
        _frontier.Clear();
        (_frontier, _next) = (_next, _frontier);
        Visited += _frontier.Count;
        return _frontier.Count > 0;
    }
}
