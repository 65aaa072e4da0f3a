using System.Runtime.InteropServices;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>
/// All subscribers of one filter on one broker, in one mode: what they get is the same bytes. Its members are guarded by the stream's
/// lock, but for <see cref="Subscribers"/>, which others may go through.
/// </summary>
internal sealed class Feed(MessageStream stream, string id, TopicFilter filter, DeliveryMode mode)
{
    private readonly OpenMessages _open = new(mode.IsLatest);

    // Where a subscriber began or went on: no batch spans such a place, so that each is his whole or not at all.
    private List<int>? _cuts;

    public MessageStream Stream { get; } = stream;

    /// <summary>What its subscribers know it by.</summary>
    public string Id { get; } = id;

    public TopicFilter Filter { get; } = filter;

    public DeliveryMode Mode { get; } = mode;

    /// <summary>The messages that it has had.</summary>
    public FeedMark Appended { get; private set; }

    /// <summary>Those of them that were taken to be delivered, or left out for such.</summary>
    public FeedMark Taken { get; private set; }

    /// <summary>When it may deliver again, as a timestamp of the clock.</summary>
    public long Due { get; set; }

    public SubscriberList Subscribers { get; } = new();

    /// <summary>How many of them have taken the batch that is offered to them now. Only for the thread that delivers.</summary>
    public int Takers { get; set; }

    /// <summary>Whether its last subscriber has left: it gets nothing more, and nobody joins it again.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>The first of the messages that wait which is followed in a trace, if one is.</summary>
    public MessageTrace? Trace { get; set; }

    /// <summary>Whether messages wait to be taken.</summary>
    public bool HasOpen => Appended.Count > Taken.Count;

    public void Append(in SequencedMessage message)
    {
        _open.Add(message);
        Appended = new FeedMark(Appended.Count + 1, message.Position);
    }

    /// <summary>Has a batch end here, where that can be: not among messages of which only the last of each topic are kept.</summary>
    public bool TryCut()
    {
        if (_open.IsConflated)
            return !HasOpen;

        if (HasOpen)
            (_cuts ??= []).Add(_open.Count);
        return true;
    }

    /// <summary>Makes batches of what was appended since the last time.</summary>
    /// <returns>How many messages are in none of them, against the feed's mode: there were too many to be kept.</returns>
    public long TakeTo(List<FeedBatch> batches)
    {
        var cuts = _open.IsConflated ? null : _cuts;
        var first = batches.Count;
        var messages = _open.Take();
        var leftOut = Appended.Count - Taken.Count - messages.Length;
        if (messages.Length == 0)
            Take(batches, messages, leftOut);
        for (var (from, cut, skipped) = (0, 0, leftOut); from < messages.Length; skipped = 0)
        {
            while (cut < cuts?.Count && cuts[cut] <= from)
                cut++;
            var end = BatchBounds.EndOf(messages, from, cut < cuts?.Count ? cuts[cut] : messages.Length);
            Take(batches, messages[from..end], skipped);
            from = end;
        }

        _cuts = null;
        Trace?.Taken(this, CollectionsMarshal.AsSpan(batches)[first..]);
        Trace = null;
        return Mode.IsLatest ? 0 : leftOut;
    }

    private void Take(List<FeedBatch> batches, SequencedMessage[] messages, long skipped)
    {
        var before = Taken;
        Taken = new FeedMark(Taken.Count + skipped + messages.Length, messages.Length > 0 ? messages[^1].Position : Appended.Position);
        batches.Add(new FeedBatch(this, before, Taken, messages));
    }
}
