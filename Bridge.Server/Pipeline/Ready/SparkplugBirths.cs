namespace Bridge.Server.Pipeline.Ready;

/// <summary>The last birth of each edge node and device. Of so many bytes at most: then whoever was heard of least recently is forgotten.</summary>
/// <param name="mostBytes">How many.</param>
internal sealed class SparkplugBirths(long mostBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, LinkedListNode<Entry>> _births = [];
    private readonly LinkedList<Entry> _byUse = [];

    private long _bytes;

    /// <param name="broker">The key of the broker.</param>
    /// <param name="source">The edge node or device, as in its topics.</param>
    /// <param name="birth">What it said.</param>
    public void Remember(string broker, string source, SparkplugBirth birth)
    {
        var entry = new Entry(new Key(broker, source), birth);
        lock (_gate)
        {
            if (_births.TryGetValue(entry.Key, out var before))
                Remove(before);
            if (birth.Bytes > mostBytes)
                return;

            while (_bytes + birth.Bytes > mostBytes)
                Remove(_byUse.First!);
            _births[entry.Key] = _byUse.AddLast(entry);
            _bytes += birth.Bytes;
        }
    }

    /// <returns>Null: there is none, or it is forgotten.</returns>
    public SparkplugBirth? Find(string broker, string source)
    {
        lock (_gate)
        {
            if (!_births.TryGetValue(new Key(broker, source), out var node))
                return null;

            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value.Birth;
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _births.Remove(node.Value.Key);
        _byUse.Remove(node);
        _bytes -= node.Value.Birth.Bytes;
    }

    private readonly record struct Key(string Broker, string Source);

    private readonly record struct Entry(Key Key, SparkplugBirth Birth);
}
