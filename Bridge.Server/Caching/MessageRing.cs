using Bridge.Server.Messages;

namespace Bridge.Server.Caching;

/// <summary>Messages in the order of the stream: new ones come at one end, and the oldest go at the other.</summary>
internal sealed class MessageRing
{
    // Its length is a power of two; the oldest is at _first.
    private SequencedMessage[] _ring = new SequencedMessage[16];
    private int _first;

    public int Count { get; private set; }

    /// <summary>The message at a place; 0 is the oldest.</summary>
    public ref readonly SequencedMessage this[int index] => ref _ring[(_first + index) & (_ring.Length - 1)];

    public void Add(in SequencedMessage message)
    {
        if (Count == _ring.Length)
            Grow();
        _ring[(_first + Count++) & (_ring.Length - 1)] = message;
    }

    /// <summary>Takes the oldest; there must be one.</summary>
    public SequencedMessage TakeOldest()
    {
        var oldest = _ring[_first];
        _ring[_first] = default;
        _first = (_first + 1) & (_ring.Length - 1);
        Count--;
        return oldest;
    }

    /// <summary>The place of the first message after a position; <see cref="Count"/> where there is none.</summary>
    public int FirstAfter(long position)
    {
        // Halves what is left until it is found: positions rise.
        var (from, to) = (0, Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (this[middle].Position > position)
                to = middle;
            else
                from = middle + 1;
        }

        return from;
    }

    private void Grow()
    {
        var larger = new SequencedMessage[_ring.Length * 2];
        for (var i = 0; i < Count; i++)
            larger[i] = this[i];
        (_ring, _first) = (larger, 0);
    }
}
