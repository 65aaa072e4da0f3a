using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Server.Brokers;

/// <summary>TLS to a broker, with the files as they are now: a renewed certificate is used from the next connection on.</summary>
internal sealed class BrokerTls
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly BrokerTlsOptions _options;
    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2? _clientCertificate;
    private readonly X509Certificate2Collection _intermediates = [];

    private BrokerTls(BrokerTlsOptions options, string contentRoot)
    {
        _options = options;
        if (options.CaFile is { } caFile)
        {
            _authorities = [];
            _authorities.ImportFromPemFile(Path.GetFullPath(caFile, contentRoot));
            if (_authorities.Count == 0)
                throw new BrokerLinkException($"{caFile} holds no certificate.");
        }

        _clientCertificate = LoadClientCertificate(options, contentRoot);
        if (options.CertFile is { } certFile)
            _intermediates.ImportFromPemFile(Path.GetFullPath(certFile, contentRoot));
    }

    /// <summary>Why the broker's certificate was refused; null as long as it was not.</summary>
    public string? Refusal { get; private set; }

    /// <exception cref="BrokerLinkException">A file cannot be used.</exception>
    public static BrokerTls Load(BrokerTlsOptions options, string contentRoot)
    {
        try
        {
            return new BrokerTls(options, contentRoot);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new BrokerLinkException($"The certificate files cannot be used: {exception.Message}", exception);
        }
    }

    public SslClientAuthenticationOptions ToAuthenticationOptions(string host) => new()
    {
        TargetHost = _options.ServerName ?? host,
        EnabledSslProtocols = (_options.Protocols.Contains("1.2") ? SslProtocols.Tls12 : 0)
            | (_options.Protocols.Contains("1.3") ? SslProtocols.Tls13 : 0),
        ApplicationProtocols = [.. _options.Alpn.Select(protocol => new SslApplicationProtocol(protocol))],
        ClientCertificateContext = _clientCertificate is null
            ? null
            : SslStreamCertificateContext.Create(_clientCertificate, _intermediates, offline: true),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate, chain, errors),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
    };

    private static X509Certificate2? LoadClientCertificate(BrokerTlsOptions options, string contentRoot)
    {
        var password = options.KeyPasswordFile is { } file ? SecretFile.Read(file, contentRoot) : options.KeyPassword;
        if (options.PfxFile is { } pfxFile)
            return X509CertificateLoader.LoadPkcs12FromFile(Path.GetFullPath(pfxFile, contentRoot), password);
        if (options.CertFile is null)
            return null;

        var certFile = Path.GetFullPath(options.CertFile, contentRoot);
        var keyFile = Path.GetFullPath(options.KeyFile!, contentRoot);
        var certificate = password is null
            ? X509Certificate2.CreateFromPemFile(certFile, keyFile)
            : X509Certificate2.CreateFromEncryptedPemFile(certFile, password, keyFile);
        if (!OperatingSystem.IsWindows())
            return certificate;

        // Windows' TLS does not take a key that lives in memory only.
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private bool Accept(X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (_options.AllowUntrusted)
            return true;

        Refusal = FindRefusal(shown, chain, errors);
        return Refusal is null;
    }

    private string? FindRefusal(X509Certificate? shown, X509Chain? sent, SslPolicyErrors errors)
    {
        if (shown is null)
            return "The broker showed no certificate.";

        var certificate = shown as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(shown.Export(X509ContentType.Cert));
        // Over a WebSocket the name that was compared is the URL's.
        var nameIsWrong = _options.ServerName is { } name
            ? !certificate.MatchesHostname(name)
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        if (nameIsWrong)
            return $"The broker's certificate ({certificate.Subject}) is for another name.";
        if (_authorities is null)
            return errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? Untrusted(certificate, sent) : null;

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(certificate) ? null : Untrusted(certificate, chain);
    }

    private static string Untrusted(X509Certificate2 certificate, X509Chain? chain)
    {
        var why = string.Join(", ", chain?.ChainStatus.Select(status => status.StatusInformation.Trim()) ?? []);
        return $"The broker's certificate ({certificate.Subject}) is not trusted: {why}";
    }
}
