using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Topics;
using MessagePack;
using Microsoft.Data.Sqlite;

namespace Bridge.Server.Persistence;

/// <summary>Reads the history of one stream, beside its writer.</summary>
internal sealed class StreamHistory(string path, StoredStream stream, StoreRounds rounds) : IStreamHistory
{
    public bool MayHave(TopicFilter filter) => stream.Rules.MayKeep(filter);

    public Task WhenWrittenAsync(long position, CancellationToken cancellationToken) =>
        rounds.WaitForAsync(() => stream.HistoryUpTo >= position, cancellationToken);

    public bool HasAllSince(TopicFilter filter, long after) => Try(file => HasAllSince(file, filter, after));

    public HistoryPart? Find(TopicFilter filter, long after)
    {
        // Asked first: what is removed from here on is counted as skipped.
        var upTo = stream.HistoryUpTo;
        return Try(file => HasAllSince(file, filter, after)
            ? new HistoryPart(upTo, HistoryQueries.Count(file, stream.Id, filter, after, upTo))
            : null);
    }

    public bool TryReadNext(TopicFilter filter, ref CacheWalk walk, int most, long mostBytes, List<SequencedMessage> results)
    {
        var upTo = Math.Min(walk.UpTo, stream.HistoryUpTo);
        if (upTo <= walk.After)
            return false;

        var after = walk.After;
        if (Try(file => HistoryQueries.Read(file, stream, filter, new HistoryRange(after, upTo), most, mostBytes, results) as long?) is not { } reached)
            return false;

        walk = walk with { After = reached };
        return true;
    }

    public long Read(TopicFilter filter, HistoryRange range, int most, long mostBytes, List<SequencedMessage> results) =>
        Try(file => HistoryQueries.Read(file, stream, filter, range, most, mostBytes, results) as long?)
        ?? throw new BridgeException(ErrorCodes.Overloaded, "The history cannot be read now; the bridge's log says why.");

    private bool HasAllSince(SqliteConnection file, TopicFilter filter, long after) =>
        stream.Rules.KeepsAll(filter)
        && after >= Math.Max(stream.HistoryMissedUpTo, stream.HistoryTrimmedUpTo)
        && !HistoryQueries.WasTrimmed(file, stream.Id, filter, after);

    /// <summary>Asks the file; nothing where it cannot be read. Its writer tells what is wrong with it.</summary>
    private T? Try<T>(Func<SqliteConnection, T?> ask)
    {
        try
        {
            using var file = StoreFile.OpenToRead(path);
            return ask(file);
        }
        catch (Exception exception) when (exception is SqliteException or MessagePackSerializationException)
        {
            return default;
        }
    }
}
