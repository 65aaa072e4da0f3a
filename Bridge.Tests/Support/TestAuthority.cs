using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Tests.Support;

/// <summary>A certificate authority of one test, for certificates that <see cref="TestCertificates"/> does not have.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ForServers = "1.3.6.1.5.5.7.3.1";
    public const string ForClients = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _certificate;
    private readonly TestAuthority? _issuer;

    /// <param name="name">Its common name.</param>
    /// <param name="issuer">Who vouches for it; null makes it a root.</param>
    public TestAuthority(string name, TestAuthority? issuer = null)
    {
        _issuer = issuer;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = NewRequest(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = Sign(request, key, issuer?._certificate, TimeProvider.System.GetUtcNow() + (1000 * Day));
    }

    /// <summary>Without its key.</summary>
    public X509Certificate2 Certificate => X509CertificateLoader.LoadCertificate(_certificate.RawData);

    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>Makes a certificate for localhost and 127.0.0.1, with its key, and with those between it and the root.</summary>
    public IssuedCertificate Issue(string name, string usage = ForServers, bool isExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = NewRequest(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = Sign(request, key, _certificate, TimeProvider.System.GetUtcNow() + (isExpired ? -Day : 100 * Day));
        return new(certificate, _issuer is null ? [] : [Certificate]);
    }

    public void Dispose() => _certificate.Dispose();

    private static CertificateRequest NewRequest(string name, ECDsa key) => new($"CN={name}", key, HashAlgorithmName.SHA256);

    private static X509Certificate2 Sign(CertificateRequest request, ECDsa key, X509Certificate2? issuer, DateTimeOffset until)
    {
        var from = until - (2000 * Day);
        if (issuer is null)
            return request.CreateSelfSigned(from, until);

        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        // Neither begins before its issuer nor outlives it, which is a moment older.
        from = from < issuer.NotBefore ? issuer.NotBefore : from;
        until = until > issuer.NotAfter ? issuer.NotAfter : until;
        using var signed = request.Create(issuer, from, until, RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }
}

/// <summary>A certificate with its key, and those between it and its root.</summary>
internal sealed record IssuedCertificate(X509Certificate2 Certificate, X509Certificate2Collection Intermediates)
{
    public const string Password = "pass word";

    /// <summary>The certificate and the intermediate ones.</summary>
    public string CertPem => string.Concat([Certificate.ExportCertificatePem(), "\n", .. Intermediates.Select(one => one.ExportCertificatePem() + "\n")]);

    public string KeyPem => Key.ExportPkcs8PrivateKeyPem();

    /// <summary>With <see cref="Password"/>.</summary>
    public string EncryptedKeyPem => Key.ExportEncryptedPkcs8PrivateKeyPem(Password, new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));

    /// <summary>With <see cref="Password"/>.</summary>
    public byte[] Pfx
    {
        get
        {
            var all = new X509Certificate2Collection(Certificate);
            all.AddRange(Intermediates);
            return all.Export(X509ContentType.Pkcs12, Password)!;
        }
    }

    private ECDsa Key => Certificate.GetECDsaPrivateKey()!;
}
