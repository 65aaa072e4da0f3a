using System.Diagnostics.Metrics;
using Bridge.Server.Messages;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Bridge.Server.Diagnostics;

/// <summary>
/// Takes what the meters measure, and what is followed in traces, to who wants to know: at <c>/metrics</c> to who asks for it, and with
/// OTLP to where the configuration says. A host may have its own OpenTelemetry besides.
/// </summary>
internal sealed class Telemetry : IDisposable
{
    /// <summary>The meters of the bridge have names that begin with this.</summary>
    private const string OwnMeters = "SignalRBridge*";

    /// <summary>Of .NET: the process, connections by their transport, and the server's connections. Nothing in them counts each request.</summary>
    private static readonly string[] UsualMeters =
        ["System.Runtime", "Microsoft.AspNetCore.Http.Connections", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>A collector that does not answer does not hold up a bridge that stops.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly IConfiguration _configuration;
    private readonly OtlpTarget? _otlp;
    private readonly TracerProvider? _traces;
    private readonly ExportProblems? _problems;

    public Telemetry(
        DiagnosticsOptions options, IConfiguration configuration, IMeterFactory meters, IEnumerable<IInstruments> instruments, TimeProvider time, ILogger<Telemetry> logger)
    {
        _configuration = configuration;
        _otlp = OtlpTarget.Find(options, configuration);
        var meter = meters.Create("SignalRBridge");
        foreach (var group in instruments)
            group.AddTo(meter);
        _problems = _otlp is null ? null : new ExportProblems(time, logger);
        Metrics = BuildMetrics(options, meters);
        _traces = _otlp is not null && options.TraceOneIn > 0 ? BuildTraces(_otlp) : null;
    }

    /// <summary>What <c>/metrics</c> shows.</summary>
    public MeterProvider Metrics { get; }

    /// <summary>Whether metrics and traces are sent to somebody.</summary>
    public bool IsExported => _otlp is not null;

    public void Dispose()
    {
        var most = (int)Farewell.TotalMilliseconds;
        _traces?.Shutdown(most);
        _traces?.Dispose();
        Metrics.Shutdown(most);
        Metrics.Dispose();
        _problems?.Dispose();
    }

    private MeterProvider BuildMetrics(DiagnosticsOptions options, IMeterFactory meters)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            // Of several hosts in one process each has its own.
            .AddView(instrument => instrument.Meter.Scope is IMeterFactory other && other != meters ? MetricStreamConfiguration.Drop : null)
            .ConfigureServices(services => services.AddSingleton(_configuration))
            .ConfigureResource(Describe)
            .AddMeter([OwnMeters, .. UsualMeters, .. options.Meters])
            .AddPrometheusExporter();
        return (_otlp is { } otlp ? builder.AddOtlpExporter(exporter => otlp.Set(exporter, "metrics")) : builder).Build();
    }

    /// <summary>Which messages are followed the bridge decides itself.</summary>
    private TracerProvider BuildTraces(OtlpTarget otlp) => Sdk.CreateTracerProviderBuilder()
        .ConfigureServices(services => services.AddSingleton(_configuration))
        .ConfigureResource(Describe)
        .AddSource(BridgeActivities.SourceName)
        .SetSampler(new AlwaysOnSampler())
        .AddOtlpExporter(exporter => otlp.Set(exporter, "traces"))
        .Build();

    /// <summary>The variables of OpenTelemetry say it before the bridge does.</summary>
    private static void Describe(ResourceBuilder resource) => resource.Clear()
        .AddService("SignalRBridge", serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3))
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
