using Bridge.Contracts;
using MessagePack;

namespace Bridge.Server.Persistence;

/// <summary>The file of messages that wait for their brokers. Each change is on the disk when it is done, whatever happens to the machine.</summary>
internal sealed class QueueTable : IDisposable
{
    private const string Schema =
        """
        CREATE TABLE publishes (
            id INTEGER PRIMARY KEY AUTOINCREMENT, broker TEXT NOT NULL, queued_at INTEGER NOT NULL, progress INTEGER NOT NULL,
            bytes INTEGER NOT NULL, request BLOB NOT NULL);
        CREATE INDEX publishes_by_broker ON publishes (broker, id);
        """;

    private readonly StoreFile _file;
    private readonly Sql _add;
    private readonly Sql _remove;
    private readonly Sql _note;
    private readonly Sql _next;
    private readonly Sql _lengths;
    private readonly Sql _oldest;

    /// <exception cref="StoreFormatException">It is none that this version of the bridge can read.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">It is broken, or the system does not let it be opened.</exception>
    public QueueTable(string path)
    {
        _file = StoreFile.Open(path, Schema);
        _file.Run("PRAGMA synchronous = FULL");
        _add = new Sql(_file.Connection, "INSERT INTO publishes (broker, queued_at, progress, bytes, request) VALUES ($a, $b, 0, $c, $d) RETURNING id");
        _remove = new Sql(_file.Connection, "DELETE FROM publishes WHERE id = $a");
        _note = new Sql(_file.Connection, "UPDATE publishes SET progress = $b WHERE id = $a");
        _next = new Sql(_file.Connection, "SELECT id, queued_at, progress, request FROM publishes WHERE broker = $a AND id > $b ORDER BY id LIMIT $c");
        _lengths = new Sql(_file.Connection, "SELECT broker, COUNT(*), SUM(bytes) FROM publishes GROUP BY broker");
        _oldest = new Sql(_file.Connection, "SELECT queued_at FROM publishes WHERE broker = $a ORDER BY id LIMIT 1");
    }

    /// <summary>Writes several changes whole or not at all.</summary>
    public void Commit(Action write) => _file.Commit(write);

    /// <summary>Adds a message behind all others.</summary>
    /// <returns>Its number.</returns>
    public long Add(PublishRequest request, long bytes, DateTimeOffset now) =>
        (long)_add.Get(request.BrokerKey, now.ToUnixTimeMilliseconds(), bytes, MessagePackSerializer.Serialize(request))!;

    public void Remove(long id) => _remove.Run(id);

    public void Note(long id, QueueProgress progress) => _note.Run(id, (int)progress);

    /// <summary>Reads the next messages for a broker.</summary>
    public List<QueuedPublish> Read(string brokerKey, long after, int most)
    {
        var publishes = new List<QueuedPublish>();
        using var rows = _next.Read(brokerKey, after, most);
        while (rows.Read())
        {
            publishes.Add(new QueuedPublish(
                rows.GetInt64(0),
                DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(1)),
                (QueueProgress)rows.GetInt32(2),
                MessagePackSerializer.Deserialize<PublishRequest>(rows.GetFieldValue<byte[]>(3))));
        }

        return publishes;
    }

    /// <summary>Since when a broker's oldest message waits; null where none does.</summary>
    public DateTimeOffset? FindOldest(string brokerKey) =>
        _oldest.Get(brokerKey) is long milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    /// <summary>What waits for each broker.</summary>
    public Dictionary<string, QueueLength> ReadLengths()
    {
        var lengths = new Dictionary<string, QueueLength>();
        using (var rows = _lengths.Read())
        {
            while (rows.Read())
                lengths.Add(rows.GetString(0), new QueueLength(rows.GetInt32(1), rows.GetInt64(2), null));
        }

        foreach (var (broker, length) in lengths)
            lengths[broker] = length with { Since = FindOldest(broker) };
        return lengths;
    }

    public void Dispose()
    {
        foreach (var sql in new[] { _add, _remove, _note, _next, _lengths, _oldest })
            sql.Dispose();
        _file.Dispose();
    }
}
