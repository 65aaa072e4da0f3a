namespace Bridge.Server.FanOut;

/// <summary>
/// The subscribers of one feed, in no particular order. They come and go under the stream's lock, and are gone through outside of it, as
/// they are when that begins. It is copied only when one leaves after somebody has gone through it: a crowd that closes between two
/// deliveries costs one copy, where a copy for each of 10,000 took 400 MB and held the stream's lock for a third of a second.
/// </summary>
internal sealed class SubscriberList
{
    private readonly Lock _gate = new();
    private Subscriber[] _items = [];
    private bool _isSeen;

    public int Count { get; private set; }

    public void Add(Subscriber subscriber)
    {
        lock (_gate)
        {
            // Also into an array that somebody is going through: that ends where it ended before.
            if (Count == _items.Length)
                Copy(Math.Max(1, 2 * Count));
            subscriber.Index = Count;
            _items[Count++] = subscriber;
        }
    }

    /// <summary>Takes one out who is in it.</summary>
    public void Remove(Subscriber subscriber)
    {
        lock (_gate)
        {
            if (_isSeen || Count <= _items.Length / 4)
                Copy(Count);
            var last = _items[--Count];
            last.Index = subscriber.Index;
            _items[last.Index] = last;
            _items[Count] = null!;
        }
    }

    public ArraySegment<Subscriber>.Enumerator GetEnumerator()
    {
        lock (_gate)
        {
            _isSeen = true;
            return new ArraySegment<Subscriber>(_items, 0, Count).GetEnumerator();
        }
    }

    private void Copy(int capacity)
    {
        var copy = new Subscriber[capacity];
        _items.AsSpan(0, Count).CopyTo(copy);
        (_items, _isSeen) = (copy, false);
    }
}
