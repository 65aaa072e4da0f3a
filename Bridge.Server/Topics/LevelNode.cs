namespace Bridge.Server.Topics;

/// <summary>One level in a <see cref="LevelTree{TEntry}"/>, with what stands under the text that ends here.</summary>
/// <remarks>
/// A node has no dictionary before its second child: most have none or one, and a dictionary weighs more than three nodes.
/// </remarks>
internal sealed class LevelNode<TEntry>(LevelNode<TEntry>? parent, string level)
    where TEntry : class
{
    // A dictionary of this capacity or less is not worth the copying that makes it smaller.
    private const int SmallCapacity = 32;

    // Null, the only child, or a dictionary of children: those that are no wildcards.
    private object? _children;

    public LevelNode<TEntry>? Parent { get; } = parent;

    public string Level { get; } = level;

    public TEntry? Entry { get; set; }

    /// <summary>The child for the level <c>+</c>.</summary>
    public LevelNode<TEntry>? Plus { get; private set; }

    /// <summary>The child for the level <c>#</c>.</summary>
    public LevelNode<TEntry>? Hash { get; private set; }

    public bool IsEmpty => Entry is null && _children is null && Plus is null && Hash is null;

    /// <summary>The child for a level that is not a wildcard.</summary>
    public LevelNode<TEntry>? Literal(ReadOnlySpan<char> level) => _children switch
    {
        LevelNode<TEntry> only => level.SequenceEqual(only.Level) ? only : null,
        Dictionary<string, LevelNode<TEntry>> many =>
            many.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(level, out var child) ? child : null,
        _ => null,
    };

    public LevelNode<TEntry>? Child(ReadOnlySpan<char> level) => level switch
    {
        "+" => Plus,
        "#" => Hash,
        _ => Literal(level),
    };

    public LevelNode<TEntry> AddChild(string level)
    {
        var child = new LevelNode<TEntry>(this, level);
        switch (level)
        {
            case "+": Plus = child; break;
            case "#": Hash = child; break;
            default: AddLiteral(child); break;
        }

        return child;
    }

    public void RemoveChild(LevelNode<TEntry> child)
    {
        if (child == Plus) Plus = null;
        else if (child == Hash) Hash = null;
        else if (_children is Dictionary<string, LevelNode<TEntry>> many) RemoveLiteral(many, child);
        else _children = null;
    }

    /// <summary>Appends the children that are no wildcards, without those that begin with <c>$</c> where so asked.</summary>
    public void AppendLiterals(List<LevelNode<TEntry>> nodes, bool exceptReserved)
    {
        switch (_children)
        {
            case LevelNode<TEntry> only:
                Append(only);
                break;
            case Dictionary<string, LevelNode<TEntry>> many:
                foreach (var (_, child) in many) Append(child);
                break;
        }

        void Append(LevelNode<TEntry> child)
        {
            if (!exceptReserved || !TopicName.IsReserved(child.Level)) nodes.Add(child);
        }
    }

    private void AddLiteral(LevelNode<TEntry> child)
    {
        switch (_children)
        {
            case null:
                _children = child;
                break;
            case LevelNode<TEntry> only:
                _children = new Dictionary<string, LevelNode<TEntry>>(StringComparer.Ordinal)
                {
                    [only.Level] = only,
                    [child.Level] = child,
                };
                break;
            case Dictionary<string, LevelNode<TEntry>> many:
                many.Add(child.Level, child);
                break;
        }
    }

    // To walk a dictionary costs its capacity: after a crowd has left, those who remain must not pay for it.
    private void RemoveLiteral(Dictionary<string, LevelNode<TEntry>> many, LevelNode<TEntry> child)
    {
        many.Remove(child.Level);
        if (many.Count == 0) _children = null;
        else if (many.Capacity > SmallCapacity && many.Count < many.Capacity / 4) many.TrimExcess(many.Count * 2);
    }
}
