using Microsoft.Extensions.Logging;

namespace Bridge.ClientSdk.Connections;

internal sealed partial class ConnectionKeeper
{
    // Not [LoggerMessage]: SignalR's packages keep its generator from reaching this project.
    private static class Log
    {
        private static readonly Action<ILogger, Exception?> LostMessage = LoggerMessage.Define(
            LogLevel.Warning, new EventId(1, nameof(Lost)), "The connection to the bridge was lost; reconnecting.");

        private static readonly Action<ILogger, Exception?> AttemptFailedMessage = LoggerMessage.Define(
            LogLevel.Warning, new EventId(2, nameof(AttemptFailed)), "Reconnecting to the bridge failed; trying again.");

        private static readonly Action<ILogger, Exception?> ReconnectedMessage = LoggerMessage.Define(
            LogLevel.Information, new EventId(3, nameof(Reconnected)), "Reconnected to the bridge.");

        private static readonly Action<ILogger, Exception?> HandlerFailedMessage = LoggerMessage.Define(
            LogLevel.Error, new EventId(4, nameof(HandlerFailed)), "A handler of the connection's state threw an exception.");

        public static void Lost(ILogger logger, Exception? reason) => LostMessage(logger, reason);

        public static void AttemptFailed(ILogger logger, Exception error) => AttemptFailedMessage(logger, error);

        public static void Reconnected(ILogger logger) => ReconnectedMessage(logger, null);

        public static void HandlerFailed(ILogger logger, Exception error) => HandlerFailedMessage(logger, error);
    }
}
