using Bridge.Server.Caching;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>
/// Messages of one stream that are kept on disk, each of them, for longer than <see cref="RecentMessages"/>. Reading takes its time: never
/// under the stream's lock.
/// </summary>
internal interface IStreamHistory
{
    /// <summary>Whether any topic that a filter matches can have a history.</summary>
    bool MayHave(TopicFilter filter);

    /// <summary>Whether all messages that match since a position are there, up to what is being written.</summary>
    bool HasAllSince(TopicFilter filter, long after);

    /// <summary>Completes when what came up to a position is written, or cannot be for now.</summary>
    Task WhenWrittenAsync(long position, CancellationToken cancellationToken);

    /// <summary>Appends messages that match, in order, no more than is asked for.</summary>
    /// <returns>The position that it has come to; that of the range's end where there are no more.</returns>
    /// <exception cref="BridgeException">The file cannot be read now.</exception>
    long Read(TopicFilter filter, HistoryRange range, int most, long mostBytes, List<SequencedMessage> results);

    /// <summary>Finds the messages that match since a position.</summary>
    /// <returns>How many, and up to where they are all there; null where one of them may be missing.</returns>
    HistoryPart? Find(TopicFilter filter, long after);

    /// <summary>Appends the messages of a walk that match, in order, no more than is asked for, and goes on from there.</summary>
    /// <returns>Whether it came any further: what came just now is not written yet.</returns>
    bool TryReadNext(TopicFilter filter, ref CacheWalk walk, int most, long mostBytes, List<SequencedMessage> results);
}

/// <summary>A part of a stream's history.</summary>
/// <param name="UpTo">The position of its end.</param>
/// <param name="Count">How many messages it has.</param>
internal sealed record HistoryPart(long UpTo, long Count);
