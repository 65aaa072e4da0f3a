using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Support;

/// <summary>Keeps what is logged; an error that no test announced is a failure.</summary>
internal sealed class LogCapture : ILoggerProvider
{
    private readonly ConcurrentBag<Func<LogEntry, bool>> _allowed = [];

    public Collected<LogEntry> Entries { get; } = new();

    /// <summary>Errors that the test provokes.</summary>
    public void AllowErrors(Func<LogEntry, bool> predicate) => _allowed.Add(predicate);

    public void AssertNoUnexpectedErrors()
    {
        var unexpected = Entries.Items
            .Where(entry => entry.Level >= LogLevel.Error && !_allowed.Any(predicate => predicate(entry)));
        unexpected.Should().BeEmpty("nothing that a test does is an error of the bridge unless the test says so");
    }

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Entries);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, Collected<LogEntry> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Add(new(category, logLevel, eventId, formatter(state, exception), exception));
    }
}

internal sealed record LogEntry(string Category, LogLevel Level, EventId EventId, string Message, Exception? Exception)
{
    public override string ToString() => $"{Level} {Category}[{EventId.Id}]: {Message} {Exception}";
}
