using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Server.Certificates;

/// <summary>A certificate with its key, and with the certificates between it and its authority.</summary>
internal sealed class KeyPair(X509Certificate2 certificate, X509Certificate2Collection intermediates)
{
    public X509Certificate2 Certificate => certificate;

    public X509Certificate2Collection Intermediates => intermediates;

    /// <summary>Null where the options name no certificate.</summary>
    /// <exception cref="CertificateFileException">A file cannot be used.</exception>
    public static KeyPair? Load(ICertificateFiles options, string contentRoot) =>
        options.CertFile is null && options.PfxFile is null ? null : From(options, ReadFiles(options, contentRoot));

    /// <summary>Reads all files that the options name.</summary>
    /// <exception cref="CertificateFileException">A file cannot be read.</exception>
    public static FileContents ReadFiles(ICertificateFiles options, string contentRoot) =>
        FileContents.Read(contentRoot, options.CertFile, options.KeyFile, options.PfxFile, options.KeyPasswordFile);

    /// <summary>Makes it of the files that the options name.</summary>
    /// <exception cref="CertificateFileException">They cannot be used.</exception>
    public static KeyPair From(ICertificateFiles options, FileContents contents) => CertificateFileException.Explain(() =>
    {
        var password = options.KeyPasswordFile is { } file ? SecretFile.WithoutLineEnd(contents.GetText(file)) : options.KeyPassword;
        return options.PfxFile is { } pfxFile
            ? FromPfx(pfxFile, contents, password)
            : FromPem(options.CertFile!, options.KeyFile!, contents, password);
    });

    /// <summary>For a handshake, in which the intermediate certificates are sent too.</summary>
    public SslStreamCertificateContext ToContext() => SslStreamCertificateContext.Create(certificate, intermediates, offline: true);

    private static KeyPair FromPfx(string file, FileContents contents, string? password)
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(contents[file], password);
        var certificate = all.FirstOrDefault(one => one.HasPrivateKey)
            ?? throw new CertificateFileException($"{file} holds no certificate with its key.");
        return new(certificate, all);
    }

    private static KeyPair FromPem(string certFile, string keyFile, FileContents contents, string? password)
    {
        var (pem, keyPem) = (contents.GetText(certFile), contents.GetText(keyFile));
        var certificate = password is null
            ? X509Certificate2.CreateFromPem(pem, keyPem)
            : X509Certificate2.CreateFromEncryptedPem(pem, keyPem, password);
        return new(WithUsableKey(certificate), PemCertificates.Read(certFile, contents));
    }

    /// <summary>Windows' TLS does not take a key that lives in memory only.</summary>
    private static X509Certificate2 WithUsableKey(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
            return certificate;

        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
