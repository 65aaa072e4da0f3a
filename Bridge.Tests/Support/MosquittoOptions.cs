namespace Bridge.Tests.Support;

/// <summary>What kind of broker a test wants; as it is: anonymous, plain TCP, forgetting all when it stops.</summary>
internal sealed record MosquittoOptions
{
    /// <summary>TLS with the server certificate of <see cref="Certificates"/>, on all listeners.</summary>
    public bool Tls { get; init; }

    /// <summary>With <see cref="Tls"/>: refuse clients that show no certificate of the CA.</summary>
    public bool RequireClientCertificate { get; init; } = true;

    /// <summary>A file of the authorities whose client certificates it accepts, where not only that of <see cref="Certificates"/>.</summary>
    public string? ClientCa { get; init; }

    public Func<TestCertificates> Certificates { get; init; } = () => TestCertificates.Trusted;

    /// <summary>A second listener, for MQTT over WebSockets.</summary>
    public bool WebSockets { get; init; }

    /// <summary>Passwords by user name; when given, nobody else is let in, and the helper clients use the first.</summary>
    public IReadOnlyDictionary<string, string>? Users { get; init; }

    /// <summary>The content of an ACL file.</summary>
    public string? Acl { get; init; }

    /// <summary>Keeps retained messages and sessions while it is stopped.</summary>
    public bool Persistent { get; init; }

    /// <summary>Further lines of the configuration, before its first listener.</summary>
    public string ExtraConfiguration { get; init; } = "";
}
