using System.Runtime.InteropServices;
using Bridge.Server.Caching;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// What one subscriber is sent on its own, piece by piece as its connection takes it: a snapshot, what it missed while it was away, or
/// what it catches up with. In the order of the stream, so that each piece's cursor is one to go on from. A few messages are held; many
/// are read as they are sent: a connection that takes nothing must not hold what the cache has let go. A topic of which only the last
/// message is due, and that changes in that time, comes as live message.
/// </summary>
internal sealed class Replay
{
    /// <summary>How many messages are held at most, and how many bytes of payload.</summary>
    private const int MostHeld = 2048;
    private const long MostHeldBytes = 131_072;

    private readonly Subscriber _subscriber;
    private readonly bool _isSnapshot;
    private readonly bool _tellsEnd;
    private readonly DeliveryKind _kind;
    private List<SequencedMessage> _held;
    private CacheWalk _walk;
    private bool _isWhole = true;
    private int _next;
    private long _skipped;
    private long _owed;
    private bool _tellsGap;

    private Replay(Subscriber subscriber, List<SequencedMessage> messages, CacheWalk walk, bool isSnapshot, bool tellsEnd, long skipped)
    {
        (_subscriber, _held, _walk, _isSnapshot, _tellsEnd, _skipped) = (subscriber, messages, walk, isSnapshot, tellsEnd, skipped);
        _kind = isSnapshot ? DeliveryKind.Snapshot : tellsEnd ? DeliveryKind.Resume : DeliveryKind.CatchUp;
        _owed = isSnapshot ? 0 : messages.Count;
        if (messages.Count > MostHeld || messages.Sum(static message => (long)message.Message.Payload.Length) > MostHeldBytes)
            LetGo();
        else
            messages.Sort(SequencedMessage.ByPosition);
    }

    /// <summary>Whether the bridge itself may have missed messages in that time.</summary>
    public bool HasGap { get; private init; }

    /// <summary>The last values, as of a position.</summary>
    public static Replay Snapshot(Subscriber subscriber, List<SequencedMessage> messages, long position) =>
        new(subscriber, messages, new CacheWalk(0, position, WalkKind.LastMessages), isSnapshot: true, tellsEnd: true, skipped: 0);

    /// <summary>What it missed while it was away.</summary>
    public static Replay Resume(Subscriber subscriber, List<SequencedMessage> messages, CacheWalk walk, bool hasGap) =>
        new(subscriber, messages, walk, isSnapshot: false, tellsEnd: true, skipped: 0) { HasGap = hasGap, _tellsGap = hasGap };

    /// <summary>What it missed while it was away, of which some is read from disk as it is sent.</summary>
    public static Replay ResumeFromDisk(Subscriber subscriber, long count, CacheWalk walk, bool hasGap) =>
        new(subscriber, [], walk, isSnapshot: false, tellsEnd: true, skipped: 0) { HasGap = hasGap, _tellsGap = hasGap, _owed = count, _isWhole = false };

    /// <summary>What it missed while it could not keep up, and how many messages it does not get.</summary>
    public static Replay CatchUp(Subscriber subscriber, List<SequencedMessage> messages, CacheWalk walk, long skipped) =>
        new(subscriber, messages, walk, isSnapshot: false, tellsEnd: false, skipped);

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
        _subscriber.Feed.Stream.Deliveries.Add(_kind, piece.Length);
        return WireRecords.EncodeMessages(format, HeaderOf(piece, isLast), piece);
    }

    private BatchHeader HeaderOf(ReadOnlySpan<SequencedMessage> piece, bool isLast)
    {
        // What changed while this was on its way was not sent: the change is, on its own.
        var skipped = _skipped + (isLast && !_isSnapshot ? _owed : 0);
        var hasGap = _tellsGap;
        (_skipped, _tellsGap) = (0, false);
        var feed = _subscriber.Feed;
        feed.Stream.Deliveries.Add(SkipCause.Behind, skipped);
        var position = isLast ? _walk.UpTo : piece[^1].Position;
        return new BatchHeader(feed.Id, feed.Stream.BrokerKey, feed.Stream.CursorAt(position), skipped, _isSnapshot, _tellsEnd && isLast, hasGap);
    }

    private void Refill()
    {
        _held.Clear();
        _next = 0;
        while (_held.Count == 0 && !_isWhole)
            _isWhole = _subscriber.Feed.Stream.ReadNext(_subscriber.Feed.Filter, ref _walk, MostHeld, MostHeldBytes, _held);
        _held.Sort(SequencedMessage.ByPosition);
    }
}
