using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bridge.Server.Certificates;
using Bridge.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Bridge.Server.Tls;

/// <summary>TLS of the server's https endpoints: its certificate and the clients', with the files as they are at each handshake.</summary>
internal sealed partial class ServerTls
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ILogger<ServerTls> _logger;
    private readonly SslProtocols _versions;
    private readonly RenewedFiles<ServerCertificate>? _certificate;
    private readonly RenewedFiles<X509Certificate2Collection>? _clientAuthorities;

    public ServerTls(BridgeOptions options, IHostEnvironment environment, TimeProvider time, ILogger<ServerTls> logger)
    {
        _logger = logger;
        var (tls, root) = (options.Tls, environment.ContentRootPath);
        _versions = TlsVersions.Parse(tls.Protocols);
        if (tls.HasCertificate)
        {
            _certificate = new(
                () => KeyPair.ReadFiles(tls, root), contents => ServerCertificate.From(tls, contents), TellRenewed, TellRefused, time);
        }

        if (tls.ClientCaFile is { } file)
        {
            _clientAuthorities = new(
                () => FileContents.Read(root, file), contents => PemCertificates.Read(file, contents), TellRenewed, TellRefused, time);
        }
    }

    /// <summary>What each https endpoint begins with. Its own configuration, if it has any, goes before it.</summary>
    public void ApplyTo(HttpsConnectionAdapterOptions https)
    {
        // The web server's own configuration is left alone.
        if (_certificate is null && _clientAuthorities is null)
            return;

        // Where the handshake still has it, the endpoint has no certificate of its own.
        var first = _certificate?.Current.Pair;
        if (first is not null)
            (https.ServerCertificate, https.ServerCertificateChain) = (first.Certificate, first.Intermediates);
        if (_clientAuthorities is not null)
        {
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = AcceptClient;
        }

        https.OnAuthenticate = (_, handshake) =>
        {
            handshake.EnabledSslProtocols = _versions;
            if (first is not null && handshake.ServerCertificateContext?.TargetCertificate == first.Certificate)
                UseCertificate(handshake);
            if (_clientAuthorities is not null)
                AskClient(handshake, _clientAuthorities.Current);
        };
    }

    private void UseCertificate(SslServerAuthenticationOptions handshake)
    {
        handshake.ServerCertificate = null;
        handshake.ServerCertificateContext = _certificate!.Current.Context;
    }

    private static void AskClient(SslServerAuthenticationOptions handshake, X509Certificate2Collection authorities)
    {
        handshake.CertificateChainPolicy = TrustOnly(authorities);
        // A session that is taken up again brings the client's certificate without the intermediate ones, and would be refused.
        handshake.AllowTlsResume = false;
    }

    /// <summary>Nothing is downloaded: where a stranger's certificate says that its issuer is to be found is not for us to go.</summary>
    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return policy;
    }

    private bool AcceptClient(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;

        if (_logger.IsEnabled(LogLevel.Debug))
            Log.ClientRefused(_logger, certificate.Subject, string.Join(", ", chain?.ChainStatus.Select(status => status.StatusInformation.Trim()) ?? []));
        return false;
    }

    private void TellRenewed(ServerCertificate renewed) =>
        Log.Renewed(_logger, renewed.Pair.Certificate.Subject, renewed.Pair.Certificate.NotAfter.ToUniversalTime());

    private void TellRenewed(X509Certificate2Collection renewed) =>
        Log.AuthoritiesRenewed(_logger, string.Join("; ", renewed.Select(authority => authority.Subject)));

    private void TellRefused(string problem) => Log.Unusable(_logger, problem);

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Information, "The server's certificate is renewed: {Subject}, valid until {NotAfter:u}")]
        public static partial void Renewed(ILogger logger, string subject, DateTime notAfter);

        [LoggerMessage(7002, LogLevel.Information, "Client certificates are now accepted of: {Subjects}")]
        public static partial void AuthoritiesRenewed(ILogger logger, string subjects);

        [LoggerMessage(7003, LogLevel.Error, "Files of Bridge:Tls have changed and are not used; what was read before stays. {Problem}")]
        public static partial void Unusable(ILogger logger, string problem);

        [LoggerMessage(7004, LogLevel.Debug, "A client certificate ({Subject}) is refused: {Why}")]
        public static partial void ClientRefused(ILogger logger, string subject, string why);
    }
}
