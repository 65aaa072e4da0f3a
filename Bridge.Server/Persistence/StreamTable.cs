using Bridge.Server.Caching;

namespace Bridge.Server.Persistence;

/// <summary>A broker's stream as the file has it.</summary>
/// <param name="Id">What the other tables know it by.</param>
/// <param name="Start">How far it came; without its values.</param>
/// <param name="HistoryMissedUpTo">The position of the newest message that never came into the history, though another rule may ask for it now.</param>
/// <param name="HistoryTrimmedUpTo">Up to this position messages may have been removed of topics that are not known any more.</param>
internal sealed record StreamRow(long Id, StreamStart Start, long HistoryMissedUpTo, long HistoryTrimmedUpTo);

/// <summary>How far each broker's stream has come.</summary>
internal sealed class StreamTable(StoreFile file) : IDisposable
{
    /// <summary>
    /// A run that ended suddenly gave cursors beyond what was written. The next begins so many positions later that it gives none of them
    /// again: no run has 2^40 messages between two writes.
    /// </summary>
    private const int RunBits = 40;

    private readonly Sql _find = new(
        file.Connection,
        "SELECT id, epoch, rules, position, is_clean, evicted_up_to, forgotten_up_to, missed_up_to, trimmed_up_to FROM streams WHERE broker = $a");

    private readonly Sql _add = new(
        file.Connection,
        """
        INSERT INTO streams (broker, epoch, rules, position, is_clean, evicted_up_to, forgotten_up_to, missed_up_to, trimmed_up_to)
        VALUES ($a, $b, $c, 0, 0, 0, 0, 0, 0) RETURNING id
        """);

    private readonly Sql _begin = new(file.Connection, "UPDATE streams SET rules = $b, position = $c, is_clean = 0, missed_up_to = $d WHERE id = $a");
    private readonly Sql _update = new(
        file.Connection, "UPDATE streams SET position = $b, evicted_up_to = $c, forgotten_up_to = $d, missed_up_to = $e, trimmed_up_to = $f WHERE id = $a");

    private readonly Sql _end = new(file.Connection, "UPDATE streams SET is_clean = 1 WHERE id = $a");

    /// <summary>Finds a broker's stream; null where it is new.</summary>
    public StreamRow? Find(string brokerKey, HistoryRules rules)
    {
        using var row = _find.Read(brokerKey);
        if (!row.Read())
            return null;

        var position = row.GetInt64(3);
        var start = new StreamStart(row.GetString(1))
        {
            Position = row.GetBoolean(4) ? position : ((position >> RunBits) + 1) << RunBits,
            KnownUpTo = position,
            EvictedUpTo = row.GetInt64(5),
            DeletionsForgottenUpTo = row.GetInt64(6),
        };
        return new StreamRow(row.GetInt64(0), start, row.GetString(2) == rules.Text ? row.GetInt64(7) : position, row.GetInt64(8));
    }

    /// <summary>Adds a broker's stream, of which nothing is written.</summary>
    public StreamRow Add(string brokerKey, string epoch, HistoryRules rules) =>
        new((long)_add.Get(brokerKey, epoch, rules.Text)!, new StreamStart(epoch), 0, 0);

    /// <summary>Notes that cursors are given from here on: none of them before, should the run end suddenly.</summary>
    public void Begin(StreamRow row, HistoryRules rules) => _begin.Run(row.Id, rules.Text, row.Start.Position, row.HistoryMissedUpTo);

    /// <summary>Notes how far it is written.</summary>
    public void Update(StoredStream stream) => _update.Run(
        stream.Id, stream.Changes.Walk.After, stream.Changes.EvictedUpTo, stream.Changes.DeletionsForgottenUpTo, stream.HistoryMissedUpTo, stream.HistoryTrimmedUpTo);

    /// <summary>Notes that all of it is written, and nothing more comes.</summary>
    public void End(StoredStream stream) => _end.Run(stream.Id);

    public void Dispose()
    {
        foreach (var sql in new[] { _find, _add, _begin, _update, _end })
            sql.Dispose();
    }
}
