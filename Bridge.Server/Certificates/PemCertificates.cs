using System.Security.Cryptography.X509Certificates;

namespace Bridge.Server.Certificates;

/// <summary>Certificates without keys, one after the other in a PEM file (RFC 7468).</summary>
internal static class PemCertificates
{
    private const string Begin = "-----BEGIN CERTIFICATE-----";

    /// <exception cref="CertificateFileException">The file cannot be used.</exception>
    public static X509Certificate2Collection Load(string file, string contentRoot) => Read(file, FileContents.Read(contentRoot, file));

    /// <inheritdoc cref="Load"/>
    public static X509Certificate2Collection Read(string file, FileContents contents) => CertificateFileException.Explain(() =>
    {
        var text = contents.GetText(file);
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(text);
        if (certificates.Count == 0)
            throw new CertificateFileException($"{file} holds no certificate.");
        // The import passes over one that has no end: of a file that is being written, or was cut off.
        if (text.AsSpan().Count(Begin) > certificates.Count)
            throw new CertificateFileException($"{file} ends within a certificate.");
        return certificates;
    });
}
