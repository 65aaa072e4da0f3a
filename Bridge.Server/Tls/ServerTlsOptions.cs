using Bridge.Server.Certificates;

namespace Bridge.Server.Tls;

/// <summary>
/// TLS of the bridge's own server: the certificate of its https addresses. Relative paths are relative to the content root. Files that have
/// changed are used from the next connection on, without a restart; those that cannot be used change nothing and are logged.
/// </summary>
public sealed class ServerTlsOptions : ICertificateFiles
{
    /// <summary>
    /// The server's certificate, and any intermediate ones after it, as PEM. Needs a <see cref="KeyFile"/>. An endpoint with a certificate of
    /// its own in <c>Kestrel:Endpoints</c> keeps that. Default: the web server's own configuration counts.
    /// </summary>
    public string? CertFile { get; set; }

    /// <summary>The certificate's key as PEM.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The password of an encrypted <see cref="KeyFile"/> or <see cref="PfxFile"/>.</summary>
    public string? KeyPassword { get; set; }

    /// <summary>A file that holds the password of the key; a line end behind it is left out.</summary>
    public string? KeyPasswordFile { get; set; }

    /// <summary>The certificate, any intermediate ones and its key as PKCS #12, instead of the two PEM files.</summary>
    public string? PfxFile { get; set; }

    /// <summary>The TLS versions that may be used: <c>1.2</c>, <c>1.3</c>. Default both.</summary>
    public List<string> Protocols { get; set; } = ["1.2", "1.3"];

    /// <summary>
    /// A PEM file of the certificate authorities whose client certificates are accepted; no revocation list is asked for. Clients are asked
    /// for a certificate then, and need not have one; who shows one of another authority is refused. Default: they are not asked.
    /// </summary>
    public string? ClientCaFile { get; set; }

    /// <summary>
    /// Lets the bridge listen with plain http on addresses that other machines reach, for where a proxy in front of it ends TLS. Anyone on
    /// the way can otherwise read and change everything, keys of clients too. Default false: it does not start so.
    /// </summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>Whether there is a certificate for addresses that name none.</summary>
    internal bool HasCertificate => CertFile is not null || PfxFile is not null;
}
