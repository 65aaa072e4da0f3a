using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>
/// All subscribers of one filter on one broker: what they get is the same bytes. Its members are guarded by the stream's lock, but for
/// <see cref="Subscribers"/>, which others may go through.
/// </summary>
internal sealed class Feed(MessageStream stream, string id, TopicFilter filter)
{
    private readonly List<SequencedMessage> _open = [];
    private long _openBytes;

    public MessageStream Stream { get; } = stream;

    /// <summary>What its subscribers know it by.</summary>
    public string Id { get; } = id;

    public TopicFilter Filter { get; } = filter;

    /// <summary>How many messages it has had.</summary>
    public long Appended { get; private set; }

    public SubscriberList Subscribers { get; } = new();

    /// <summary>Whether its last subscriber has left: it gets nothing more, and nobody joins it again.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Whether messages wait to be sealed into a batch.</summary>
    public bool HasOpen => _open.Count > 0;

    /// <summary>Whether the batch has grown large enough.</summary>
    public bool IsFull => _open.Count >= BatchBounds.Messages || _openBytes >= BatchBounds.PayloadBytes;

    public void Append(in SequencedMessage message)
    {
        _open.Add(message);
        _openBytes += message.Message.Payload.Length;
        Appended++;
    }

    /// <summary>Makes a batch of what was appended since the last one.</summary>
    public FeedBatch Seal()
    {
        var position = _open[^1].Position;
        var batch = new FeedBatch(this, Appended, position, Stream.CursorAt(position), [.. _open]);
        _open.Clear();
        _openBytes = 0;
        return batch;
    }
}
