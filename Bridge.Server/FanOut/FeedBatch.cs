using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>Messages of one feed that travel together.</summary>
/// <param name="feed">The feed.</param>
/// <param name="before">How far the feed had come without them.</param>
/// <param name="after">How far it has come with them.</param>
/// <param name="messages">The messages, in order; empty where they were too many to be kept.</param>
internal sealed class FeedBatch(Feed feed, FeedMark before, FeedMark after, SequencedMessage[] messages) : SharedRecord
{
    public Feed Feed { get; } = feed;

    /// <summary>How far the feed has come with it.</summary>
    public FeedMark After { get; } = after;

    /// <summary>How many messages it has.</summary>
    public int Count => messages.Length;

    /// <summary>How many of the messages between were left out for later ones of their topics.</summary>
    public long Skipped => After.Count - before.Count - messages.Length;

    /// <summary>Where one of its messages is followed in a trace: where it has come to.</summary>
    public BatchTrace? Trace { get; set; }

    /// <summary>Whether the message at a position is in it.</summary>
    public bool Has(long position) => Array.Exists(messages, message => message.Position == position);

    /// <summary>
    /// Whether it is what a subscriber lacks, no more and no less. It is not for one who came while its messages gathered, of which only
    /// the last of each topic were kept; nor for anybody, where they were too many to be kept at all.
    /// </summary>
    public bool Continues(FeedMark reached) =>
        messages.Length > 0
        && reached.Count == before.Count
        && reached.Position >= before.Position
        && reached.Position < messages[0].Position;

    protected override byte[] Encode(WireFormat format)
    {
        using var activity = Trace?.StartEncode(format);
        return WireRecords.EncodeMessages(format, new BatchHeader(Feed.Id, Feed.Stream.BrokerKey, Feed.Stream.CursorAt(After.Position), Skipped), messages);
    }
}
