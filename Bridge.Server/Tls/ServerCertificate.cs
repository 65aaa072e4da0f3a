using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Bridge.Server.Certificates;

namespace Bridge.Server.Tls;

/// <summary>The certificate that the server shows. It may have expired: to refuse it is the clients' matter.</summary>
internal sealed class ServerCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private ServerCertificate(KeyPair pair) => (Pair, Context) = (pair, pair.ToContext());

    public KeyPair Pair { get; }

    public SslStreamCertificateContext Context { get; }

    /// <exception cref="CertificateFileException">The files cannot be used.</exception>
    public static ServerCertificate From(ICertificateFiles options, FileContents contents)
    {
        var pair = KeyPair.From(options, contents);
        // RFC 5280 §4.2.1.12: without the extension it is for any purpose.
        var usages = pair.Certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList();
        if (usages.Count > 0 && !usages.Any(usage => usage.EnhancedKeyUsages[ServerAuthentication] is not null))
            throw new CertificateFileException($"The certificate ({pair.Certificate.Subject}) is not for a server.");
        return CertificateFileException.Explain(() => new ServerCertificate(pair));
    }
}
