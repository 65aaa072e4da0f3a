using System.Text;
using Bridge.Server.Access;
using Bridge.Server.Messages;

namespace Bridge.Server.Http;

/// <summary>The credentials that a request shows.</summary>
internal static class Credentials
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <summary>An API key, a token or a ticket; null where there is none.</summary>
    /// <exception cref="BridgeException">They are of a kind that is not read here.</exception>
    public static string? Find(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.Authorization is { Count: > 0 } authorization)
            return FromAuthorization(authorization.ToString());
        if (headers["X-Api-Key"] is { Count: > 0 } key)
            return key.ToString();
        return context.Features.Get<UrlCredential>()?.Take(context.Request);
    }

    private static string FromAuthorization(string header)
    {
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return header[Bearer.Length..].Trim();
        if (header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
            return FromBasic(header[Basic.Length..].Trim());
        throw Caller.Unauthenticated("Authorization must be Bearer or Basic.");
    }

    /// <summary>The key is the password, under any name; or the name, where there is no password (RFC 7617 §2).</summary>
    private static string FromBasic(string base64)
    {
        try
        {
            var text = StrictUtf8.Instance.GetString(Convert.FromBase64String(base64));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0)
                return colon < text.Length - 1 ? text[(colon + 1)..] : text[..colon];
        }
        catch (Exception exception) when (exception is FormatException or DecoderFallbackException)
        {
            // It is told below.
        }

        throw Caller.Unauthenticated("Authorization: Basic must have base64 of 'name:key' in UTF-8.");
    }
}
