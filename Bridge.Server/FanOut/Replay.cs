using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// Last values for one subscriber, sent piece by piece as its connection takes them: a snapshot, or what it catches up with after its
/// outbox was full. In the order of the stream, so that each piece's cursor is one to go on from.
/// </summary>
internal sealed class Replay(Subscriber subscriber, List<SequencedMessage> messages, long position, bool isSnapshot, long skipped)
{
    private long _skipped = skipped;
    private int _next = -1;

    public Subscriber Subscriber { get; } = subscriber;

    /// <summary>Encodes the next piece.</summary>
    public byte[] EncodeNext(WireFormat format, out bool isLast)
    {
        if (_next < 0)
        {
            messages.Sort(static (a, b) => a.Position.CompareTo(b.Position));
            _next = 0;
        }

        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(messages);
        var from = _next;
        _next = BatchBounds.EndOf(all, from, all.Length);
        isLast = _next == messages.Count;
        var stream = Subscriber.Feed.Stream;
        var header = new BatchHeader(
            Subscriber.Feed.Id,
            stream.BrokerKey,
            stream.CursorAt(isLast ? position : messages[_next - 1].Position),
            _skipped,
            isSnapshot,
            isSnapshot && isLast);
        _skipped = 0;
        return HubRecords.EncodeMessages(format, header, all[from.._next]);
    }
}
