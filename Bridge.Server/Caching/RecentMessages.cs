using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Caching;

/// <summary>
/// The last messages of one broker, each of them, within bounds: for who was away for a short while and wants them all. Guarded by the
/// stream's lock.
/// </summary>
internal sealed class RecentMessages(CacheOptions options)
{
    // A ring: the oldest is at _first.
    private SequencedMessage[] _ring = new SequencedMessage[16];
    private int _first;
    private long _bytes;

    public int Count { get; private set; }

    /// <summary>The position of the newest message that is not here any more; 0 when all are.</summary>
    public long DroppedUpTo { get; private set; }

    public void Add(in SequencedMessage message)
    {
        if (Count == _ring.Length)
            Grow();
        _ring[(_first + Count++) & (_ring.Length - 1)] = message;
        _bytes += message.Size;
        while (Count > 0 && (Count > options.RecentMessages || _bytes > options.RecentBytes))
            Drop();
    }

    /// <summary>Appends the messages of a walk that match, in order, no more than is asked for.</summary>
    /// <returns>Whether there are no more.</returns>
    public bool FindNext(TopicFilter filter, ref CacheWalk walk, int most, long mostBytes, List<SequencedMessage> results)
    {
        var bytes = 0L;
        for (var i = FirstAfter(walk.After); i < Count && At(i).Position <= walk.UpTo; i++)
        {
            if (results.Count >= most || bytes >= mostBytes)
                return false;

            walk = walk with { After = At(i).Position };
            if (!filter.Matches(At(i).Message.Topic))
                continue;

            results.Add(At(i));
            bytes += At(i).Message.Payload.Length;
        }

        walk = walk with { After = walk.UpTo };
        return true;
    }

    private ref readonly SequencedMessage At(int index) => ref _ring[(_first + index) & (_ring.Length - 1)];

    /// <summary>Halves what is left until it is found: positions rise.</summary>
    private int FirstAfter(long position)
    {
        var (from, to) = (0, Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (At(middle).Position > position)
                to = middle;
            else
                from = middle + 1;
        }

        return from;
    }

    private void Drop()
    {
        _bytes -= At(0).Size;
        DroppedUpTo = At(0).Position;
        _ring[_first] = default;
        _first = (_first + 1) & (_ring.Length - 1);
        Count--;
    }

    private void Grow()
    {
        var larger = new SequencedMessage[_ring.Length * 2];
        for (var i = 0; i < Count; i++)
            larger[i] = At(i);
        (_ring, _first) = (larger, 0);
    }
}
