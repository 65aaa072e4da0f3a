using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// Writes what waits in an outbox, all that has gathered in one go: as much as the connection takes at once on the thread that began, the
/// rest later. A connection that takes nothing for too long is ended.
/// </summary>
internal sealed partial class OutboxPump(Outbox outbox, IOutboxSink sink, OutboxContext context) : IThreadPoolWorkItem
{
    private readonly List<ReadOnlyMemory<byte>> _records = [];

    /// <summary>Writes until nothing is left. Only for who was told that the pump stands still and is theirs to start.</summary>
    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        try
        {
            while (outbox.TakeTo(_records, out var behind))
            {
                if (behind is not null)
                    behind.Feed.Stream.CatchUp(behind);
                else if (!await TryWriteAsync())
                    return;
                else
                    outbox.TellWritten(sink.Id);
            }
        }
        catch (Exception exception)
        {
            // A lost connection does not end here: it takes its writes until SignalR has ended it. This is a fault of ours, and a client
            // that stays connected would wait for ever.
            Log.Failed(context.Logger, sink.Id, exception);
            End();
        }
    }

    private async ValueTask<bool> TryWriteAsync()
    {
        var write = sink.WriteAsync(_records);
        if (write.IsCompleted || context.Limits.SendTimeoutSeconds == 0)
        {
            await write;
            return true;
        }

        var writing = write.AsTask();
        try
        {
            await writing.WaitAsync(TimeSpan.FromSeconds(context.Limits.SendTimeoutSeconds), context.Time);
            return true;
        }
        catch (TimeoutException) when (!writing.IsCompleted)
        {
            writing.Observe();
            context.Metrics.Stalled();
            Log.Stalled(context.Logger, sink.Id, context.Limits.SendTimeoutSeconds);
            End();
            return false;
        }
    }

    private void End()
    {
        outbox.Close();
        sink.Abort();
    }

    private static partial class Log
    {
        [LoggerMessage(2002, LogLevel.Error, "Connection {Connection} is ended, because what it is owed cannot be written")]
        public static partial void Failed(ILogger logger, string connection, Exception exception);

        [LoggerMessage(2004, LogLevel.Warning, "Connection {Connection} is ended, because it took nothing of what it was sent for {Seconds} s")]
        public static partial void Stalled(ILogger logger, string connection, int seconds);
    }
}
