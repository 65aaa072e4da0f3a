using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace Bridge.Server.Access;

/// <summary>The key that tokens are signed with.</summary>
internal static class JwtKey
{
    /// <summary>Reads a public key (RSA or elliptic curve) or a certificate in PEM.</summary>
    /// <exception cref="CryptographicException">It holds none; or it holds a private key, which has no business here.</exception>
    public static SecurityKey Parse(string pem)
    {
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw new CryptographicException("it holds a private key: the bridge needs the public one only (openssl pkey -pubout)");
        if (pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal))
            return new X509SecurityKey(X509Certificate2.CreateFromPem(pem));

        return TryRsa(pem) ?? (SecurityKey?)TryCurve(pem) ?? throw new CryptographicException("it holds no public key of RSA or an elliptic curve, and no certificate, in PEM");
    }

    private static RsaSecurityKey? TryRsa(string pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return new RsaSecurityKey(rsa);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            return null;
        }
    }

    private static ECDsaSecurityKey? TryCurve(string pem)
    {
        var curve = ECDsa.Create();
        try
        {
            curve.ImportFromPem(pem);
            return new ECDsaSecurityKey(curve);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            curve.Dispose();
            return null;
        }
    }
}
