using Bridge.Server.Certificates;

namespace Bridge.Server.Brokers;

/// <summary>TLS to a broker. Relative paths are relative to the content root; files are read at each connection.</summary>
public sealed class BrokerTlsOptions : ICertificateFiles
{
    /// <summary>
    /// A PEM file of the certificate authorities that may have signed the broker's certificate; only these are trusted then, and no
    /// revocation list is asked for. Default: those of the system.
    /// </summary>
    public string? CaFile { get; set; }

    /// <summary>The client certificate, and any intermediate ones after it, as PEM. Needs a <see cref="KeyFile"/>.</summary>
    public string? CertFile { get; set; }

    /// <summary>The client certificate's key as PEM.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The password of an encrypted <see cref="KeyFile"/> or <see cref="PfxFile"/>.</summary>
    public string? KeyPassword { get; set; }

    /// <summary>A file that holds the password of the key; a line end behind it is left out.</summary>
    public string? KeyPasswordFile { get; set; }

    /// <summary>The client certificate and its key as PKCS #12, instead of the two PEM files.</summary>
    public string? PfxFile { get; set; }

    /// <summary>The TLS versions that may be used: <c>1.2</c>, <c>1.3</c>. Default both.</summary>
    public List<string> Protocols { get; set; } = ["1.2", "1.3"];

    /// <summary>The name that the broker's certificate must bear, and that <c>mqtts</c> sends as SNI (<c>wss</c> sends the URL's host). Default: the host of the URL.</summary>
    public string? ServerName { get; set; }

    /// <summary>The application protocols to offer (RFC 7301), such as <c>x-amzn-mqtt-ca</c>; <c>mqtts</c> only. Default none.</summary>
    public List<string> Alpn { get; set; } = [];

    /// <summary>
    /// Accepts whatever certificate the broker shows. Anyone on the way can then read and change everything: for tests only.
    /// Default false.
    /// </summary>
    public bool AllowUntrusted { get; set; }
}
