namespace Bridge.Server.Diagnostics;

/// <summary>
/// What operators are told of the bridge beside its log: metrics at <c>GET /metrics</c>, and traces. Where they are sent with OTLP, the
/// variables of OpenTelemetry (<c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, <c>OTEL_EXPORTER_OTLP_HEADERS</c>, <c>OTEL_METRIC_EXPORT_INTERVAL</c>, …)
/// count.
/// </summary>
public sealed class DiagnosticsOptions
{
    /// <summary>Whether everybody may read <c>/metrics</c>, without credentials. Otherwise administrators may. Default false.</summary>
    public bool OpenMetrics { get; set; }

    /// <summary>
    /// Where metrics and traces are sent with OTLP, such as <c>http://localhost:4317</c> (for <c>http/protobuf</c> usually 4318). By default what
    /// the variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says; without that they are not sent.
    /// </summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>
    /// Of how many messages of each broker one is followed in a trace, from its arrival until it is written to its subscribers; likewise one of
    /// so many publishes, and each whose caller records the trace that it is part of (<c>traceparent</c>). 1 is each. Default 0: none.
    /// </summary>
    public int TraceOneIn { get; set; }

    /// <summary>
    /// The names of further .NET meters whose metrics are told too. <c>Microsoft.AspNetCore.Hosting</c> has the durations of HTTP requests; it
    /// costs each of them a little. Default none.
    /// </summary>
    public List<string> Meters { get; set; } = [];
}
