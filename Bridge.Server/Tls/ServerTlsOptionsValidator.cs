using Bridge.Server.Certificates;
using Bridge.Server.Configuration;

namespace Bridge.Server.Tls;

/// <summary>Finds what is wrong with the options of the server's TLS.</summary>
internal static class ServerTlsOptionsValidator
{
    public static void Check(ServerTlsOptions options, OptionsChecks server)
    {
        var checks = server.At(nameof(Tls));
        var failures = checks.Failures;
        CertificateChecks.CheckFiles(options, checks);
        if (checks.Failures == failures && options.HasCertificate)
            CheckUsable(server, nameof(Tls), () => ServerCertificate.From(options, KeyPair.ReadFiles(options, checks.ContentRoot)));

        CertificateChecks.CheckVersions(options.Protocols, nameof(options.Protocols), checks);
        failures = checks.Failures;
        checks.FileExists(nameof(options.ClientCaFile), options.ClientCaFile);
        if (checks.Failures == failures && options.ClientCaFile is { } caFile)
            CheckUsable(checks, nameof(options.ClientCaFile), () => PemCertificates.Load(caFile, checks.ContentRoot));
    }

    private static void CheckUsable<T>(OptionsChecks checks, string key, Func<T> load)
    {
        try
        {
            load();
        }
        catch (CertificateFileException exception)
        {
            checks.Fail(key, exception.Message);
        }
    }
}
