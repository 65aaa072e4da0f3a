using System.Diagnostics.Tracing;
using System.Globalization;
using Bridge.Server.Limits;

namespace Bridge.Server.Diagnostics;

/// <summary>Writes into the log that metrics or traces cannot be sent: the exporter tells that to event listeners only.</summary>
internal sealed partial class ExportProblems(TimeProvider time, ILogger<Telemetry> logger) : EventListener
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    /// <summary>As long as a collector is away, each export fails.</summary>
    private const double LinesPerSecond = 1 / 60.0;

    private readonly RateLimit<string> _lines = new(LinesPerSecond, most: 1, time);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Exporter)
            EnableEvents(eventSource, EventLevel.Warning);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_lines.TryTake(Exporter) is null)
            Log.NotExported(logger, TextOf(eventData));
    }

    /// <summary>Its first line: behind it are stack traces.</summary>
    private static string TextOf(EventWrittenEventArgs data) =>
        string.Format(CultureInfo.InvariantCulture, data.Message ?? data.EventName ?? "", [.. data.Payload ?? []]).ReplaceLineEndings("\n").Split('\n')[0];

    private static partial class Log
    {
        [LoggerMessage(9001, LogLevel.Warning, "Metrics or traces could not be sent: {Problem}")]
        public static partial void NotExported(ILogger logger, string problem);
    }
}
