namespace Bridge.Server.Certificates;

/// <summary>Options that name the files of a certificate and its key: PEM or PKCS #12.</summary>
internal interface ICertificateFiles
{
    string? CertFile { get; }

    string? KeyFile { get; }

    string? PfxFile { get; }

    string? KeyPassword { get; }

    string? KeyPasswordFile { get; }
}
