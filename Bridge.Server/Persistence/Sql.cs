using Microsoft.Data.Sqlite;

namespace Bridge.Server.Persistence;

/// <summary>One statement with its parameters, prepared once and run again and again.</summary>
internal sealed class Sql : IDisposable
{
    private readonly SqliteCommand _command;

    /// <param name="connection">The connection, which others use meanwhile.</param>
    /// <param name="text">The statement; its parameters are <c>$a</c>, <c>$b</c> and so on.</param>
    public Sql(SqliteConnection connection, string text)
    {
        _command = connection.CreateCommand();
        _command.CommandText = text;
    }

    /// <summary>Runs it.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Runs it, and gives its first value; null where there is none.</summary>
    public object? Get(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteScalar() is var value && value is DBNull ? null : value;
    }

    /// <summary>Runs it, and gives its rows. The reader must be disposed before it is run again.</summary>
    public SqliteDataReader Read(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        if (_command.Parameters.Count == 0)
        {
            for (var i = 0; i < values.Length; i++)
                _command.Parameters.AddWithValue($"${(char)('a' + i)}", null);
        }

        for (var i = 0; i < values.Length; i++)
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
