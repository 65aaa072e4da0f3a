using System.Text.RegularExpressions;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Microsoft.Extensions.Primitives;

namespace Bridge.Server.Http;

/// <summary>
/// The header <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header), a structured string: <c>"k1"</c> (RFC 9651 §3.3.3). Many
/// send it bare.
/// </summary>
internal static partial class IdempotencyKeyHeader
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

    private static string Unquote(string text) => Quoted().Match(text) is { Success: true } match
        ? Escaped().Replace(match.Groups[1].Value, "$1")
        : throw BridgeException.RequestInvalid($"'{Name}' must be a string in quotation marks, or bare.");

    [GeneratedRegex("""^"((?:[^"\\]|\\["\\])*)"$""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escaped();
}
