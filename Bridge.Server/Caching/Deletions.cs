using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Caching;

/// <summary>
/// The retained values that were deleted of late, for those who could not keep up, or who ask what has changed: without them they would
/// show a deleted value for ever. Of those before the last 10,000, or 16 MiB, only the number of skipped messages tells. Guarded by the stream's lock.
/// </summary>
internal sealed class Deletions
{
    private const int Most = 10_000;
    private const int MostBytes = 16_777_216;

    private readonly MessageRing _inOrder = new();
    private readonly Dictionary<string, long> _newest = [];
    private long _bytes;

    /// <summary>The position of the newest deletion that is not known any more; 0 when all are.</summary>
    public long ForgottenUpTo { get; private set; }

    /// <summary>Notes a deletion: the empty message itself.</summary>
    public void Add(in SequencedMessage deletion)
    {
        _inOrder.Add(deletion);
        _bytes += deletion.Size;
        _newest[deletion.Message.Topic] = deletion.Position;
        while (_inOrder.Count > Most || _bytes > MostBytes)
        {
            var oldest = _inOrder.TakeOldest();
            _bytes -= oldest.Size;
            ForgottenUpTo = oldest.Position;
            if (_newest.GetValueOrDefault(oldest.Message.Topic) == oldest.Position)
                _newest.Remove(oldest.Message.Topic);
        }
    }

    /// <summary>Says that those up to a position are not known.</summary>
    public void ForgetUpTo(long position) => ForgottenUpTo = Math.Max(ForgottenUpTo, position);

    /// <summary>Forgets a topic's deletion: it has a value again.</summary>
    public void Undo(string topic) => _newest.Remove(topic);

    /// <summary>Appends the deletions after a position, and not after another, that still hold: the newest of each topic.</summary>
    public void Find(TopicFilter filter, long after, long upTo, List<SequencedMessage> results)
    {
        foreach (var deletion in Between(after, upTo))
        {
            if (filter.Matches(deletion.Message.Topic))
                results.Add(deletion);
        }
    }

    /// <summary>The deletions after a position, and not after another, that still hold: the newest of each topic.</summary>
    public IEnumerable<SequencedMessage> Between(long after, long upTo)
    {
        for (var i = _inOrder.FirstAfter(after); i < _inOrder.Count && _inOrder[i].Position <= upTo; i++)
        {
            var deletion = _inOrder[i];
            if (_newest.GetValueOrDefault(deletion.Message.Topic) == deletion.Position)
                yield return deletion;
        }
    }
}
