using System.Text;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Microsoft.Extensions.Primitives;

namespace Bridge.Server.Http;

/// <summary>
/// The header <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header), a structured string: <c>"k1"</c> (RFC 9651 §3.3.3). Many
/// send it bare.
/// </summary>
internal static class IdempotencyKeyHeader
{
    private const string Name = "Idempotency-Key";

    /// <exception cref="BridgeException">It is there more than once, or is no key.</exception>
    public static string? Read(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(Name, out StringValues values))
            return null;
        if (values is not [{ } text])
            throw BridgeException.RequestInvalid($"'{Name}' is there more than once.");

        return IdempotencyKey.Parse(text.StartsWith('"') ? Unquote(text) : text);
    }

    private static string Unquote(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length - 1 && text[i] != '"'; i++)
        {
            // A backslash stands before itself and before quotation marks, and nowhere else.
            if (text[i] == '\\' && text[++i] is not ('\\' or '"'))
                break;
            plain.Append(text[i]);
            if (i == text.Length - 2 && text[^1] == '"')
                return plain.ToString();
        }

        throw BridgeException.RequestInvalid($"'{Name}' must be a string in quotation marks, or bare.");
    }
}
