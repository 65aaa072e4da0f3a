using Microsoft.Net.Http.Headers;

namespace Bridge.Server.Http;

/// <summary>
/// The content type under which a stranger's payload is handed out: its own when no browser runs anything in it, otherwise
/// <c>application/octet-stream</c>.
/// </summary>
internal static class SafeContentType
{
    public const string Bytes = "application/octet-stream";

    private static readonly HashSet<string> Safe = new(StringComparer.OrdinalIgnoreCase)
    {
        "text/plain", "text/csv", "application/json", "application/cbor", "application/msgpack", "application/x-protobuf",
        "application/octet-stream", "image/png", "image/jpeg", "image/gif", "image/webp",
    };

    public static string Of(string? contentType)
    {
        // A header holds ASCII; an MQTT content type may be any text.
        if (contentType is null || contentType.AsSpan().ContainsAnyExceptInRange(' ', '~') || !MediaTypeHeaderValue.TryParse(contentType, out var type) || type.MediaType.Value is not { } name)
            return Bytes;

        return Safe.Contains(name) || (name.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && name.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
            ? type.ToString()
            : Bytes;
    }
}
