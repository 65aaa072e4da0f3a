using System.Security.Cryptography.X509Certificates;

namespace Bridge.Server.Access;

/// <summary>Knows whom client certificates are for. Whether a certificate can be trusted was found out when it was shown.</summary>
internal sealed class CertificateStore(AccessOptions options, AccessRules rules)
{
    private readonly Dictionary<string, Identity> _holders = options.Certificates.ToDictionary(
        certificate => certificate.Name,
        certificate => new Identity(
            certificate.Name, rules.For(new Principal(certificate.Name, certificate.Role)), snapshot => snapshot.Certificates.Find(certificate.Name)));

    /// <summary>Whom a trusted certificate is for; null: nobody here.</summary>
    public Identity? Find(X509Certificate2 certificate) => Find(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));

    /// <summary>Who has this name; null: nobody who has a certificate.</summary>
    public Identity? Find(string name) => _holders.GetValueOrDefault(name);
}
