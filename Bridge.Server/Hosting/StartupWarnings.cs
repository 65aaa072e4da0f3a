namespace Bridge.Server.Hosting;

/// <summary>Tells once, at the start, what of the web server's addresses may not be what was meant.</summary>
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
    }

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Warning, "{Addresses}: other machines reach this without encryption, as Bridge:Tls:AllowPlainHttp allows. A proxy in front of it has to end TLS")]
        public static partial void PlainHttp(ILogger logger, string addresses);

        [LoggerMessage(6002, LogLevel.Warning, "Bridge:Tls has a certificate, and no address uses it: {Addresses}. Set one with https, such as --urls https://*:5001")]
        public static partial void UnusedCertificate(ILogger logger, string addresses);
    }
}
