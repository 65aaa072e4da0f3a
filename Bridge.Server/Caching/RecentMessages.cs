using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Caching;

/// <summary>
/// The last messages of one broker, each of them, within bounds: for who was away for a short while and wants them all. Guarded by the
/// stream's lock.
/// </summary>
internal sealed class RecentMessages(CacheOptions options)
{
    private readonly MessageRing _messages = new();
    private long _bytes;

    public int Count => _messages.Count;

    /// <summary>The position of the newest message that is not here any more; 0 when all are.</summary>
    public long DroppedUpTo { get; private set; }

    public void Add(in SequencedMessage message)
    {
        _messages.Add(message);
        _bytes += message.Size;
        while (Count > 0 && (Count > options.RecentMessages || _bytes > options.RecentBytes))
            Drop();
    }

    /// <summary>Says that those up to a position are not here.</summary>
    public void Begin(long after) => DroppedUpTo = after;

    /// <summary>Finds the messages since the last time, and goes on from there, no more than is asked for.</summary>
    /// <param name="changes">How far it has come, and what it finds.</param>
    /// <param name="position">The stream's position.</param>
    /// <param name="most">How many at most.</param>
    public void CollectChanges(StreamChanges changes, long position, int most)
    {
        changes.Messages.Clear();
        if (DroppedUpTo > changes.MessagesUpTo)
            (changes.MessagesUpTo, changes.MissedUpTo) = (DroppedUpTo, DroppedUpTo);
        var i = _messages.FirstAfter(changes.MessagesUpTo);
        for (; i < Count && changes.Messages.Count < most; i++)
            changes.Messages.Add(_messages[i]);
        changes.MessagesUpTo = i == Count ? position : _messages[i - 1].Position;
    }

    /// <summary>Appends the messages of a walk that match, in order, no more than is asked for.</summary>
    /// <returns>Whether there are no more.</returns>
    public bool FindNext(TopicFilter filter, ref CacheWalk walk, int most, long mostBytes, List<SequencedMessage> results)
    {
        var bytes = 0L;
        for (var i = _messages.FirstAfter(walk.After); i < Count && _messages[i].Position <= walk.UpTo; i++)
        {
            if (results.Count >= most || bytes >= mostBytes)
                return false;

            walk = walk with { After = _messages[i].Position };
            if (!filter.Matches(_messages[i].Message.Topic))
                continue;

            results.Add(_messages[i]);
            bytes += _messages[i].Message.Payload.Length;
        }

        walk = walk with { After = walk.UpTo };
        return true;
    }

    private void Drop()
    {
        var oldest = _messages.TakeOldest();
        _bytes -= oldest.Size;
        DroppedUpTo = oldest.Position;
    }
}
