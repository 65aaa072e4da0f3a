using System.Security.Cryptography.X509Certificates;

namespace Bridge.Server.Access;

/// <summary>Knows whom client certificates are for. Whether a certificate can be trusted was found out when it was shown.</summary>
internal sealed class CertificateStore(AccessOptions options, AccessRules rules)
{
    private const string CommonName = "2.5.4.3";

    private readonly Dictionary<string, Permissions> _holders = options.Certificates.ToDictionary(
        certificate => certificate.Name, certificate => rules.For(new Principal(certificate.Name, certificate.Role)));

    /// <summary>Whom a trusted certificate is for; null: nobody here.</summary>
    public Identity? Find(X509Certificate2 certificate) => NameOf(certificate) is { } name ? Find(name, certificate.NotAfter) : null;

    /// <summary>Who has this name; null: nobody who has a certificate.</summary>
    public Identity? Find(string name, DateTimeOffset? notAfter = null) => _holders.TryGetValue(name, out var permissions)
        ? new Identity(name, permissions, snapshot => snapshot.Certificates.Find(name, notAfter), notAfter)
        : null;

    /// <summary>What stands in other places of the subject is no name, even where there is none here.</summary>
    private static string? NameOf(X509Certificate2 certificate)
    {
        string?[] names = [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
            .Select(part => part.GetSingleElementValue())];
        return names is [{ } name] ? name : null;
    }
}
