using OpenTelemetry.Exporter;

namespace Bridge.Server.Diagnostics;

/// <summary>Where metrics and traces are sent with OTLP.</summary>
/// <param name="Endpoint">The address for all signals.</param>
/// <param name="IsOurs">Whether the bridge's configuration says so; otherwise the exporter reads it from OpenTelemetry's variable itself.</param>
internal sealed record OtlpTarget(Uri Endpoint, bool IsOurs)
{
    private const string Variable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <returns>Null where they are not sent.</returns>
    public static OtlpTarget? Find(DiagnosticsOptions options, IConfiguration configuration) =>
        options.OtlpEndpoint is { } ours ? new OtlpTarget(new Uri(ours), IsOurs: true)
        : Uri.TryCreate(configuration[Variable], UriKind.Absolute, out var theirs) ? new OtlpTarget(theirs, IsOurs: false)
        : null;

    /// <summary>Sets the address for one signal. With <c>http/protobuf</c> each has a path of its own, which only the variable is given for.</summary>
    public void Set(OtlpExporterOptions exporter, string signal)
    {
        if (IsOurs)
            exporter.Endpoint = exporter.Protocol == OtlpExportProtocol.HttpProtobuf ? new Uri($"{Endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal}") : Endpoint;
    }
}
