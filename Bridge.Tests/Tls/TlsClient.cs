using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Bridge.Tests.Support;

namespace Bridge.Tests.Tls;

/// <summary>An https client that trusts one root, and keeps its connection.</summary>
internal sealed class TlsClient : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="url">Where to.</param>
    /// <param name="root">Whom it trusts; null trusts everybody.</param>
    /// <param name="own">The certificate that it shows.</param>
    /// <param name="versions">The TLS versions that it speaks.</param>
    public TlsClient(string url, X509Certificate2? root = null, IssuedCertificate? own = null, SslProtocols versions = SslProtocols.None)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions =
            {
                EnabledSslProtocols = versions,
                ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own.Certificate, own.Intermediates, offline: true),
                RemoteCertificateValidationCallback = (_, certificate, chain, _) => Accept((X509Certificate2)certificate!, chain!, root),
            },
        };
        _client = new HttpClient(handler) { BaseAddress = new Uri(url), Timeout = Eventually.DefaultTimeout };
    }

    /// <summary>The subjects of the certificates that it was shown, one for each connection that it made.</summary>
    public List<string> Shown { get; } = [];

    /// <summary>What a new client is shown.</summary>
    public static async Task<string> LookAsync(string url, X509Certificate2? root = null)
    {
        using var client = new TlsClient(url, root);
        await client.GetAsync("/health/live");
        return client.Shown.Should().ContainSingle().Subject;
    }

    public async Task<string> GetAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative));
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    public void Dispose() => _client.Dispose();

    private bool Accept(X509Certificate2 certificate, X509Chain sent, X509Certificate2? root)
    {
        Shown.Add(certificate.Subject);
        if (root is null)
            return true;

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(certificate);
    }
}
