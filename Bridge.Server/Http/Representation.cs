using System.Diagnostics.CodeAnalysis;
using Bridge.Contracts;
using Bridge.Server.Messages;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Bridge.Server.Http;

/// <summary>The forms in which <c>GET /events</c> shows values.</summary>
internal enum Representation
{
    /// <summary>A topic: its payload's text as a JSON string. A filter: the envelopes as a JSON array.</summary>
    Json,

    /// <summary>The payload's bytes.</summary>
    Raw,

    /// <summary>The envelope.</summary>
    Message,

    /// <summary>Server-sent events.</summary>
    Stream,
}

/// <summary>Chooses the representation by <c>format=</c> or <c>Accept</c> (RFC 9110 §12.5.1).</summary>
internal static class Representations
{
    public const string StreamType = "text/event-stream";

    public const string MessageType = "application/vnd.bridge.message+json";

    private static readonly (string Type, Representation Form)[] Ours =
    [
        ("application/json", Representation.Json),
        ("application/octet-stream", Representation.Raw),
        ("text/plain", Representation.Raw),
        (MessageType, Representation.Message),
        (StreamType, Representation.Stream),
    ];

    /// <exception cref="BridgeException">None that we have is wanted.</exception>
    public static Representation Choose(string? format, string? accept) => format switch
    {
        "json" => Representation.Json,
        "raw" => Representation.Raw,
        "message" => Representation.Message,
        "stream" => Representation.Stream,
        null => ChooseByAccept(accept),
        _ => throw BridgeException.RequestInvalid($"'format' must be json, raw, message or stream, is '{format}'."),
    };

    /// <summary>Whether a header leaves the choice to us.</summary>
    public static bool IsAny([NotNullWhen(false)] string? accept) => string.IsNullOrWhiteSpace(accept) || accept.Trim() == "*/*";

    private static Representation ChooseByAccept(string? accept)
    {
        if (IsAny(accept))
            return Representation.Json;
        if (!MediaTypeHeaderValue.TryParseList([accept], out var wanted))
            throw BridgeException.RequestInvalid("The header Accept cannot be read.");

        // Of what the client likes equally, the first of ours.
        var best = Ours.Select(ours => (ours.Form, Quality: QualityOf(ours.Type, wanted))).MaxBy(candidate => candidate.Quality);
        return best.Quality > 0
            ? best.Form
            : throw new BridgeException(
                ErrorCodes.NotAcceptable, $"Values are shown as application/json, application/octet-stream, text/plain, {MessageType} or {StreamType}.");
    }

    /// <summary>How much the client wants a type: what it says of the type itself counts before what it says of a range.</summary>
    private static double QualityOf(string type, IEnumerable<MediaTypeHeaderValue> wanted) => wanted
        .Where(range => Matches(range.MediaType, type))
        .OrderBy(range => range.MatchesAllTypes ? 2 : range.MatchesAllSubTypes ? 1 : 0)
        .Select(range => range.Quality ?? 1)
        .FirstOrDefault();

    private static bool Matches(StringSegment range, string type) =>
        range == "*/*"
        || range.Equals(type, StringComparison.OrdinalIgnoreCase)
        || (range.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(range.AsSpan(0, range.Length - 1), StringComparison.OrdinalIgnoreCase));
}
