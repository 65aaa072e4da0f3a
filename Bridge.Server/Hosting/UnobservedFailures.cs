namespace Bridge.Server.Hosting;

/// <summary>Tells of failures that nobody has looked at, which would otherwise be lost when their task is collected: a mistake, of the bridge or of what it is built on.</summary>
internal sealed partial class UnobservedFailures : IDisposable
{
    private readonly ILogger _logger;

    public UnobservedFailures(ILogger logger)
    {
        _logger = logger;
        TaskScheduler.UnobservedTaskException += Tell;
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Tell;

    private void Tell(object? sender, UnobservedTaskExceptionEventArgs failure) => Log.Unobserved(_logger, failure.Exception.GetBaseException());

    private static partial class Log
    {
        [LoggerMessage(6006, LogLevel.Warning, "Something failed, and nobody looked at it")]
        public static partial void Unobserved(ILogger logger, Exception exception);
    }
}
