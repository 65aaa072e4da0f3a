using System.Net;

namespace Bridge.Server.Hosting;

/// <summary>An address that the web server is configured to listen on.</summary>
/// <param name="Key">Where it is configured.</param>
/// <param name="Url">It, such as <c>http://localhost:5000</c> or <c>https://*:443</c>.</param>
internal sealed record ListenAddress(string Key, string Url)
{
    public bool IsHttps => Url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether other machines can reach it, and what goes to and fro is not encrypted.</summary>
    public bool IsPlainToOthers => !IsHttps && TryParse(out _) is { } address && !IsOfThisMachine(address);

    /// <summary>Null, and why, where the web server does not take it.</summary>
    public BindingAddress? TryParse(out string? problem)
    {
        problem = null;
        try
        {
            return BindingAddress.Parse(Url);
        }
        catch (FormatException exception)
        {
            problem = exception.Message;
            return null;
        }
    }

    public static bool IsLocalhost(BindingAddress address) => address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>To the web server each other name means all addresses.</summary>
    private static bool IsOfThisMachine(BindingAddress address) =>
        address.IsUnixPipe
        || address.IsNamedPipe
        || IsLocalhost(address)
        || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
