namespace Bridge.Server.Persistence;

/// <summary>The open file with its tables.</summary>
internal sealed class StoreTables : IDisposable
{
    private const string Schema =
        """
        CREATE TABLE streams (
            id INTEGER PRIMARY KEY, broker TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL, rules TEXT NOT NULL,
            position INTEGER NOT NULL, is_clean INTEGER NOT NULL,
            evicted_up_to INTEGER NOT NULL, forgotten_up_to INTEGER NOT NULL, missed_up_to INTEGER NOT NULL, trimmed_up_to INTEGER NOT NULL);
        CREATE TABLE last_values (
            stream INTEGER NOT NULL, topic TEXT NOT NULL, position INTEGER NOT NULL, is_deletion INTEGER NOT NULL, expires_at INTEGER,
            message BLOB NOT NULL, retained BLOB, UNIQUE (stream, topic));
        CREATE INDEX last_values_by_position ON last_values (stream, is_deletion, position);
        CREATE INDEX last_values_by_expiry ON last_values (expires_at) WHERE expires_at IS NOT NULL;
        CREATE TABLE history_topics (
            id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, topic TEXT NOT NULL, trimmed_up_to INTEGER NOT NULL, UNIQUE (stream, topic));
        CREATE TABLE history (
            stream INTEGER NOT NULL, position INTEGER NOT NULL, topic INTEGER NOT NULL, received_at INTEGER NOT NULL, expires_at INTEGER,
            bytes INTEGER NOT NULL, message BLOB NOT NULL, UNIQUE (stream, position));
        CREATE INDEX history_by_topic ON history (topic, position);
        CREATE INDEX history_by_expiry ON history (expires_at) WHERE expires_at IS NOT NULL;
        """;

    private readonly StoreFile _file;

    /// <param name="path">Where the file is.</param>
    /// <param name="options">What is kept.</param>
    /// <param name="ttl">How long last values are kept; 0 for ever.</param>
    /// <exception cref="StoreFormatException">It is none that this version of the bridge can read.</exception>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">It is broken, or the system does not let it be opened.</exception>
    public StoreTables(string path, PersistenceOptions options, TimeSpan ttl)
    {
        _file = StoreFile.Open(path, Schema);
        Streams = new StreamTable(_file);
        Values = new ValueTable(_file, ttl);
        History = new HistoryTable(_file, options.HistoryBytes);
    }

    public StreamTable Streams { get; }

    public ValueTable Values { get; }

    public HistoryTable History { get; }

    /// <summary>Writes something whole or not at all.</summary>
    public void Commit(Action write)
    {
        try
        {
            _file.Commit(write);
        }
        catch
        {
            History.ForgetKnown();
            throw;
        }
    }

    /// <summary>Removes what is too old.</summary>
    public void Expire(DateTimeOffset now)
    {
        Commit(() => Values.Expire(now));
        for (var isMore = true; isMore;)
            Commit(() => isMore = !History.Expire(now));
    }

    public void Dispose()
    {
        Streams.Dispose();
        Values.Dispose();
        History.Dispose();
        _file.Dispose();
    }
}
