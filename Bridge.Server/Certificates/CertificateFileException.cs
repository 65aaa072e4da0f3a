using System.Security.Cryptography;

namespace Bridge.Server.Certificates;

/// <summary>Files of certificates cannot be used. The message is fit for an operator's eyes.</summary>
internal sealed class CertificateFileException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Loads, and tells as this exception what those of the system say.</summary>
    public static T Explain<T>(Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CertificateFileException($"The certificate files cannot be used: {exception.Message}", exception);
        }
    }
}
