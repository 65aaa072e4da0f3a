using Bridge.Server.Configuration;
using Bridge.Server.Diagnostics;

namespace Bridge.Server.Hosting;

/// <summary>Tells once, at the start, what of the configuration may not be what was meant.</summary>
internal static partial class StartupWarnings
{
    public static void Tell(WebApplication app)
    {
        var addresses = ListenAddresses.Of(app.Configuration);
        var plain = addresses.Where(address => address.IsPlainToOthers).Select(address => address.Url).ToList();
        if (plain.Count > 0)
            Log.PlainHttp(app.Logger, string.Join(", ", plain));
        if (ListenAddresses.ReadTls(app.Configuration).HasCertificate && !addresses.Any(address => address.IsHttps))
            Log.UnusedCertificate(app.Logger, string.Join(", ", addresses.Select(address => address.Url)));
        var diagnostics = app.Services.GetRequiredService<BridgeOptions>().Diagnostics;
        if (diagnostics.OpenMetrics)
            Log.OpenMetrics(app.Logger);
        if (diagnostics.TraceOneIn > 0 && !app.Services.GetRequiredService<Telemetry>().IsExported)
            Log.TracesForNobody(app.Logger);
    }

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Warning, "{Addresses}: other machines reach this without encryption, as Bridge:Tls:AllowPlainHttp allows. A proxy in front of it has to end TLS")]
        public static partial void PlainHttp(ILogger logger, string addresses);

        [LoggerMessage(6002, LogLevel.Warning, "Bridge:Tls has a certificate, and no address uses it: {Addresses}. Set one with https, such as --urls https://*:5001")]
        public static partial void UnusedCertificate(ILogger logger, string addresses);

        [LoggerMessage(6003, LogLevel.Warning, "Bridge:Diagnostics:OpenMetrics: everybody may read /metrics, without credentials. It names the brokers, and how much is used")]
        public static partial void OpenMetrics(ILogger logger);

        [LoggerMessage(6004, LogLevel.Warning, "Bridge:Diagnostics:TraceOneIn is set, and nobody gets the traces: set Bridge:Diagnostics:OtlpEndpoint too")]
        public static partial void TracesForNobody(ILogger logger);
    }
}
