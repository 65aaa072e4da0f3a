using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Server.Http;

/// <summary>Takes credentials out of a request's URL before anything else sees it.</summary>
internal static class UrlRedaction
{
    private const string Instead = "REDACTED";

    public static void Apply(IFeatureCollection features)
    {
        if (features.Get<IHttpRequestFeature>() is not { QueryString: { Length: > 0 } query } request || !MayHaveCredentials(query))
            return;

        UrlCredential? found = null;
        request.QueryString = Redact(query, ref found);
        if (found is null)
            return;

        var path = request.RawTarget.IndexOf('?', StringComparison.Ordinal);
        request.RawTarget = $"{(path < 0 ? request.RawTarget : request.RawTarget[..path])}{request.QueryString}";
        features.Set(found);
    }

    private static bool MayHaveCredentials(string query) =>
        query.Contains(UrlCredential.AccessToken, StringComparison.OrdinalIgnoreCase) || query.Contains(UrlCredential.Ticket, StringComparison.OrdinalIgnoreCase);

    private static string Redact(string query, ref UrlCredential? found)
    {
        var redacted = new StringBuilder(query.Length);
        foreach (var range in query.AsSpan(1).Split('&'))
        {
            var pair = query.AsSpan(1)[range];
            redacted.Append(redacted.Length == 0 ? '?' : '&');
            var equals = pair.IndexOf('=');
            if (equals >= 0 && KindOf(pair[..equals]) is { } isTicket)
            {
                found ??= new UrlCredential(WebUtility.UrlDecode(pair[(equals + 1)..].ToString()), isTicket);
                redacted.Append(pair[..(equals + 1)]).Append(Instead);
            }
            else
            {
                redacted.Append(pair);
            }
        }

        return redacted.ToString();
    }

    private static bool? KindOf(ReadOnlySpan<char> name) =>
        name.Equals(UrlCredential.Ticket, StringComparison.OrdinalIgnoreCase) ? true
        : name.Equals(UrlCredential.AccessToken, StringComparison.OrdinalIgnoreCase) ? false
        : null;
}
