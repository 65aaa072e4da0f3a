using Microsoft.Data.Sqlite;

namespace Bridge.Server.Persistence;

/// <summary>An open file, for its one writer. Whoever only reads has connections of its own.</summary>
internal sealed class StoreFile : IDisposable
{
    /// <summary>The format of the file, in its <c>user_version</c>.</summary>
    public const int Version = 1;

    /// <summary>Tells the bridge's files from others (https://www.sqlite.org/pragma.html#pragma_application_id): <c>BRDG</c>.</summary>
    private const int ApplicationId = 0x42524447;

    /// <summary>How long a write waits for a reader that is in its way, which happens when the log is put into the file.</summary>
    private const int BusyMilliseconds = 5000;

    private readonly string _schema;

    private StoreFile(SqliteConnection connection, string schema) => (Connection, _schema) = (connection, schema);

    public SqliteConnection Connection { get; }

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="schema">The tables of a new one.</param>
    /// <exception cref="StoreFormatException">It is none that this version of the bridge can read.</exception>
    /// <exception cref="SqliteException">It is broken, or the system does not let it be opened.</exception>
    public static StoreFile Open(string path, string schema)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        var file = new StoreFile(connection, schema);
        try
        {
            connection.Open();
            file.Prepare();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens it for reading beside the writer. Cheap: a file that is open already.</summary>
    public static SqliteConnection OpenToRead(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        Run(connection, $"PRAGMA busy_timeout = {BusyMilliseconds}");
        return connection;
    }

    public void Run(string sql) => Run(Connection, sql);

    /// <summary>Writes several changes whole or not at all.</summary>
    public void Commit(Action write)
    {
        Run("BEGIN IMMEDIATE");
        try
        {
            write();
            Run("COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    public void Dispose() => Connection.Dispose();

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The file may have done so itself (https://www.sqlite.org/lang_transaction.html, section 3).</summary>
    private void RollBack()
    {
        try
        {
            Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // There is nothing to roll back.
        }
    }

    private void Prepare()
    {
        Run($"PRAGMA busy_timeout = {BusyMilliseconds}");
        var (application, version) = (Get("PRAGMA application_id"), Get("PRAGMA user_version"));
        var isNew = Get("SELECT COUNT(*) FROM sqlite_master") == 0;
        if (!isNew && application != ApplicationId)
            throw new StoreFormatException("foreign", "it is no file of the bridge");
        if (!isNew && version > Version)
            throw new StoreFormatException("newer", $"a newer bridge has written it (format {version}; this one knows {Version})");

        // What is committed outlasts the end of the process, however sudden; when the machine loses power, the last moments may be lost.
        Run("PRAGMA journal_mode = WAL");
        Run("PRAGMA synchronous = NORMAL");
        Run("PRAGMA journal_size_limit = 16777216");
        if (isNew)
            Run($"BEGIN IMMEDIATE; {_schema} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}; COMMIT");
    }

    private long Get(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}

/// <summary>A file that this version of the bridge cannot read.</summary>
/// <param name="kind">What it is, in a word.</param>
/// <param name="problem">What is wrong with it, in words.</param>
internal sealed class StoreFormatException(string kind, string problem) : Exception(problem)
{
    public string Kind { get; } = kind;
}
