using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Topics;
using Microsoft.Data.Sqlite;

namespace Bridge.Server.Persistence;

/// <summary>Reads the history of one stream, beside its writer.</summary>
internal sealed class StreamHistory(string path, StoredStream stream, StoreRounds rounds) : IStreamHistory
{
    public bool MayHave(TopicFilter filter) => stream.Rules.MayKeep(filter);

    public Task WhenWrittenAsync(long position, CancellationToken cancellationToken) =>
        rounds.WaitForAsync(() => stream.HistoryUpTo >= position, cancellationToken);

    public bool HasAllSince(TopicFilter filter, long after)
    {
        if (!stream.Rules.KeepsAll(filter) || after < Math.Max(stream.HistoryMissedUpTo, stream.HistoryTrimmedUpTo))
            return false;

        using var file = StoreFile.OpenToRead(path);
        return !HistoryQueries.WasTrimmed(file, stream.Id, filter, after);
    }

    public HistoryPart? Find(TopicFilter filter, long after)
    {
        // Asked first: what is removed from here on is counted as skipped.
        var upTo = stream.HistoryUpTo;
        try
        {
            if (!HasAllSince(filter, after))
                return null;

            using var file = StoreFile.OpenToRead(path);
            return new HistoryPart(upTo, HistoryQueries.Count(file, stream.Id, filter, after, upTo));
        }
        catch (SqliteException)
        {
            // Its writer tells what is wrong with it.
            return null;
        }
    }

    public bool TryReadNext(TopicFilter filter, ref CacheWalk walk, int most, long mostBytes, List<SequencedMessage> results)
    {
        var upTo = Math.Min(walk.UpTo, stream.HistoryUpTo);
        if (upTo <= walk.After)
            return false;

        try
        {
            using var file = StoreFile.OpenToRead(path);
            walk = walk with { After = HistoryQueries.Read(file, stream, filter, new HistoryRange(walk.After, upTo), most, mostBytes, results) };
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    public long Read(TopicFilter filter, HistoryRange range, int most, long mostBytes, List<SequencedMessage> results)
    {
        try
        {
            using var file = StoreFile.OpenToRead(path);
            return HistoryQueries.Read(file, stream, filter, range, most, mostBytes, results);
        }
        catch (SqliteException exception)
        {
            throw new BridgeException(ErrorCodes.Overloaded, "The history cannot be read now; the bridge's log says why.", exception);
        }
    }
}
