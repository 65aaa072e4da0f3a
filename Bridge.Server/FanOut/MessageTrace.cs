using System.Diagnostics;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// A message that is followed in a trace, on its way from its stream to its subscribers. The feeds that have it know it by its position;
/// no message has a reference to it.
/// </summary>
/// <param name="parent">Its arrival.</param>
/// <param name="position">Its position.</param>
/// <param name="time">The clock.</param>
internal sealed class MessageTrace(ActivityContext parent, long position, TimeProvider time)
{
    /// <summary>In so many feeds it is followed at the most, and to so many connections from all of them together.</summary>
    public const int MostFeeds = 10;
    public const int MostConnections = 10;

    private readonly DateTimeOffset _appendedAt = time.GetUtcNow();
    private int _connections;

    /// <summary>Tells that a feed's messages were taken to be delivered, and follows the batch that it is in.</summary>
    public void Taken(Feed feed, ReadOnlySpan<FeedBatch> batches)
    {
        FeedBatch? found = null;
        foreach (var batch in batches)
        {
            if (batch.Has(position))
                found = batch;
        }

        var gathered = BridgeActivities.Record(
            "bridge gather",
            parent,
            _appendedAt,
            time.GetUtcNow(),
            ("bridge.filter", feed.Filter.Text),
            ("bridge.mode", feed.Mode.IsLatest ? "latest" : "all"),
            ("bridge.left_out", found is null ? true : null));
        if (found is not null)
            found.Trace = new BatchTrace(this, gathered);
    }

    /// <summary>Begins to follow it to a connection; null where it is followed to enough.</summary>
    public FlushTrace? TryFlush(ActivityContext gathered, byte[] bytes) =>
        Interlocked.Increment(ref _connections) <= MostConnections ? new FlushTrace(gathered, bytes, time) : null;
}

/// <summary>A message that is followed, in a batch.</summary>
/// <param name="message">The message.</param>
/// <param name="gathered">Its wait for the batch.</param>
internal sealed class BatchTrace(MessageTrace message, ActivityContext gathered)
{
    /// <summary>Begins to tell of an encoding.</summary>
    public Activity? StartEncode(WireFormat format)
    {
        var activity = BridgeActivities.Start("bridge encode", ActivityKind.Internal, gathered);
        activity?.SetTag("bridge.format", format.ToString());
        return activity;
    }

    /// <inheritdoc cref="MessageTrace.TryFlush"/>
    public FlushTrace? TryFlush(byte[] bytes) => message.TryFlush(gathered, bytes);
}
