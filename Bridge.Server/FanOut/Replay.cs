using System.Runtime.InteropServices;
using Bridge.Server.Caching;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// Last values for one subscriber, sent piece by piece as its connection takes them: a snapshot, or what it catches up with. In the order
/// of the stream, so that each piece's cursor is one to go on from. A few are held; many are read from the cache as they are sent: a
/// connection that takes nothing must not hold what the cache has let go. A topic that changes in that time comes as live message.
/// </summary>
internal sealed class Replay
{
    /// <summary>How many messages are held at most, and how many bytes of payload.</summary>
    private const int MostHeld = 2048;
    private const long MostHeldBytes = 131_072;

    private readonly Subscriber _subscriber;
    private readonly bool _isSnapshot;
    private List<SequencedMessage> _held;
    private CacheWalk _walk;
    private bool _isWhole;
    private int _next;
    private long _skipped;
    private long _owed;

    /// <param name="subscriber">Whom it is for.</param>
    /// <param name="messages">The messages, in any order.</param>
    /// <param name="walk">How to find them again.</param>
    /// <param name="isSnapshot">Whether it is a snapshot.</param>
    /// <param name="skipped">How many messages it stands for beside its own.</param>
    public Replay(Subscriber subscriber, List<SequencedMessage> messages, CacheWalk walk, bool isSnapshot, long skipped)
    {
        (_subscriber, _held, _walk, _isSnapshot, _skipped) = (subscriber, messages, walk, isSnapshot, skipped);
        _owed = isSnapshot ? 0 : messages.Count;
        _isWhole = true;
        if (messages.Count > MostHeld || messages.Sum(static message => (long)message.Message.Payload.Length) > MostHeldBytes)
            LetGo();
        else
            messages.Sort(static (a, b) => a.Position.CompareTo(b.Position));
    }

    /// <summary>Holds nothing until its turn comes.</summary>
    public void LetGo() => (_held, _isWhole) = ([], false);

    /// <summary>Encodes the next piece.</summary>
    public byte[] EncodeNext(WireFormat format, out bool isLast)
    {
        if (_next == _held.Count && !_isWhole)
            Refill();

        var all = CollectionsMarshal.AsSpan(_held);
        var piece = all[_next..BatchBounds.EndOf(all, _next, all.Length)];
        _next += piece.Length;
        _owed -= piece.Length;
        isLast = _isWhole && _next == _held.Count;
        return HubRecords.EncodeMessages(format, HeaderOf(piece, isLast), piece);
    }

    private BatchHeader HeaderOf(ReadOnlySpan<SequencedMessage> piece, bool isLast)
    {
        // What changed while this was on its way was not sent: the change is, on its own.
        var skipped = _skipped + (isLast && !_isSnapshot ? _owed : 0);
        _skipped = 0;
        var feed = _subscriber.Feed;
        var position = isLast ? _walk.UpTo : piece[^1].Position;
        return new BatchHeader(feed.Id, feed.Stream.BrokerKey, feed.Stream.CursorAt(position), skipped, _isSnapshot, _isSnapshot && isLast);
    }

    private void Refill()
    {
        _held.Clear();
        _next = 0;
        while (_held.Count == 0 && !_isWhole)
            _isWhole = _subscriber.Feed.Stream.ReadNext(_subscriber.Feed.Filter, ref _walk, MostHeld, MostHeldBytes, _held);
        _held.Sort(static (a, b) => a.Position.CompareTo(b.Position));
    }
}
