using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>Messages of one feed that travel together.</summary>
/// <param name="feed">The feed.</param>
/// <param name="end">How many messages the feed has had, with these.</param>
/// <param name="position">The position in the stream that the batch reaches.</param>
/// <param name="cursor">The same, as clients know it.</param>
/// <param name="messages">The messages, in order.</param>
internal sealed class FeedBatch(Feed feed, long end, long position, string cursor, SequencedMessage[] messages) : SharedRecord
{
    public Feed Feed { get; } = feed;

    /// <summary>How many messages the feed has had, with these.</summary>
    public long End { get; } = end;

    public long Position { get; } = position;

    protected override byte[] Encode(WireFormat format) =>
        HubRecords.EncodeMessages(format, new BatchHeader(Feed.Id, Feed.Stream.BrokerKey, cursor), messages);
}
