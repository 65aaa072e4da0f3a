using Bridge.Server.Configuration;

namespace Bridge.Server.Diagnostics;

/// <summary>Checks what the configuration says of metrics and traces.</summary>
internal static class DiagnosticsOptionsValidator
{
    public static void Check(DiagnosticsOptions options, OptionsChecks checks)
    {
        checks.Range(nameof(options.TraceOneIn), options.TraceOneIn, 0, int.MaxValue);
        if (options.OtlpEndpoint is { } endpoint && !IsEndpoint(endpoint))
            checks.Fail(nameof(options.OtlpEndpoint), "must be an address such as http://localhost:4317; credentials belong into OTEL_EXPORTER_OTLP_HEADERS");
        for (var i = 0; i < options.Meters.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(options.Meters[i]))
                checks.Fail($"{nameof(options.Meters)}:{i}", "must be the name of a meter");
        }
    }

    private static bool IsEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.UserInfo.Length == 0;
}
