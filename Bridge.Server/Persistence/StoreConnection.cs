using System.Diagnostics.CodeAnalysis;
using Bridge.Server.Configuration;
using MessagePack;
using Microsoft.Data.Sqlite;

namespace Bridge.Server.Persistence;

/// <summary>
/// The file, opened when it is needed. What is broken is set aside and a new one made; what the system refuses is tried again the next
/// time. Neither ends anything.
/// </summary>
/// <typeparam name="T">Its tables.</typeparam>
/// <param name="place">Where it is.</param>
/// <param name="open">Opens its tables.</param>
/// <param name="health">Is told what becomes of it.</param>
/// <param name="logger">The log.</param>
internal sealed class StoreConnection<T>(StorePlace place, Func<T> open, StoreHealth health, ILogger logger) : IDisposable
    where T : class, IDisposable
{
    private T? _tables;

    /// <summary>After the file was opened; may throw what says that it cannot be used.</summary>
    public Action<T>? Opened { get; set; }

    /// <summary>After the file was set aside.</summary>
    public Action? SetAside { get; set; }

    /// <summary>Does something with the tables, or fails for now.</summary>
    public bool Try(Action<T> act)
    {
        try
        {
            Open();
            act(_tables);
            if (health.Recovered() is { } failed)
                StoreLog.Recovered(logger, place.Path, failed.TotalSeconds);
            return true;
        }
        catch (StoreFormatException exception)
        {
            Replace(exception.Kind, exception.Message);
        }
        catch (Exception exception) when (exception is MessagePackSerializationException || (exception is SqliteException sqlite && IsBroken(sqlite)))
        {
            Replace("corrupt", exception.Message);
        }
        // Whatever it is: who writes is nobody's caller, and what is not written now is written later.
        catch (Exception exception) when (exception is not BridgeConfigurationException)
        {
            Failed(exception);
        }

        return false;
    }

    public void Dispose()
    {
        _tables?.Dispose();
        _tables = null;
    }

    [MemberNotNull(nameof(_tables))]
    private void Open()
    {
        if (_tables is not null)
            return;

        place.Take();
        _tables = open();
        Opened?.Invoke(_tables);
    }

    /// <summary>https://www.sqlite.org/rescode.html: SQLITE_ERROR is a table that is not there, as the statements are always the same.</summary>
    private static bool IsBroken(SqliteException exception) => exception.SqliteErrorCode is 1 or 11 or 26;

    private void Replace(string kind, string problem)
    {
        Dispose();
        try
        {
            StoreLog.SetAside(logger, place.Path, problem, place.SetAside(kind));
            SetAside?.Invoke();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Failed(exception);
        }
    }

    private void Failed(Exception exception)
    {
        Dispose();
        if (health.Failed(exception.Message))
            StoreLog.Failed(logger, place.Path, exception.Message);
    }
}
