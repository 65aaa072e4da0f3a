using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bridge.Server.Certificates;

namespace Bridge.Server.Brokers;

/// <summary>TLS to a broker, with the files as they are now: a renewed certificate is used from the next connection on.</summary>
internal sealed class BrokerTls
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly BrokerTlsOptions _options;
    private readonly X509Certificate2Collection? _authorities;
    private readonly KeyPair? _client;

    private BrokerTls(BrokerTlsOptions options, string contentRoot)
    {
        _options = options;
        _authorities = options.CaFile is { } caFile ? PemCertificates.Load(caFile, contentRoot) : null;
        _client = KeyPair.Load(options, contentRoot);
    }

    /// <summary>Why the broker's certificate was refused; null as long as it was not.</summary>
    public string? Refusal { get; private set; }

    public bool HasClientCertificate => _client is not null;

    /// <exception cref="BrokerLinkException">A file cannot be used.</exception>
    public static BrokerTls Load(BrokerTlsOptions options, string contentRoot)
    {
        try
        {
            return new BrokerTls(options, contentRoot);
        }
        catch (CertificateFileException exception)
        {
            throw new BrokerLinkException(exception.Message, exception);
        }
    }

    public SslClientAuthenticationOptions ToAuthenticationOptions(string host) => new()
    {
        TargetHost = _options.ServerName ?? host,
        EnabledSslProtocols = TlsVersions.Parse(_options.Protocols),
        ApplicationProtocols = [.. _options.Alpn.Select(protocol => new SslApplicationProtocol(protocol))],
        ClientCertificateContext = _client?.ToContext(),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate, chain, errors),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
    };

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
