namespace Bridge.Server.Persistence;

/// <summary>The open file with its tables.</summary>
internal sealed class StoreTables : IDisposable
{
    private readonly StoreFile _file;

    /// <param name="file">The file; it is closed with this.</param>
    /// <param name="options">What is kept.</param>
    /// <param name="ttl">How long last values are kept; 0 for ever.</param>
    public StoreTables(StoreFile file, PersistenceOptions options, TimeSpan ttl)
    {
        _file = file;
        Streams = new StreamTable(file);
        Values = new ValueTable(file, ttl);
        History = new HistoryTable(file, options.HistoryBytes);
    }

    public StreamTable Streams { get; }

    public ValueTable Values { get; }

    public HistoryTable History { get; }

    /// <summary>Writes something whole or not at all.</summary>
    public void Commit(Action write)
    {
        _file.Run("BEGIN IMMEDIATE");
        try
        {
            write();
            _file.Run("COMMIT");
        }
        catch
        {
            History.ForgetKnown();
            _file.RollBack();
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
