using System.Security.Authentication;

namespace Bridge.Server.Certificates;

/// <summary>The TLS versions that settings may name. What is older than 1.2 is not to be used (RFC 8996).</summary>
internal static class TlsVersions
{
    public static bool IsKnown(string version) => Parse(version) != SslProtocols.None;

    public static SslProtocols Parse(IEnumerable<string> versions) =>
        versions.Aggregate(SslProtocols.None, (all, version) => all | Parse(version));

    private static SslProtocols Parse(string version) => version switch
    {
        "1.2" => SslProtocols.Tls12,
        "1.3" => SslProtocols.Tls13,
        _ => SslProtocols.None,
    };
}
