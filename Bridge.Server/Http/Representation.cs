using Bridge.Contracts;
using Bridge.Server.Messages;
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
}

/// <summary>Chooses the representation by <c>format=</c> or <c>Accept</c> (RFC 9110 §12.5.1).</summary>
internal static class Representations
{
    public const string MessageType = "application/vnd.bridge.message+json";

    /// <exception cref="BridgeException">None that we have is wanted.</exception>
    public static Representation Choose(string? format, string? accept) => format switch
    {
        "json" => Representation.Json,
        "raw" => Representation.Raw,
        "message" => Representation.Message,
        null => ChooseByAccept(accept),
        _ => throw BridgeException.RequestInvalid($"'format' must be json, raw or message, is '{format}'."),
    };

    private static Representation ChooseByAccept(string? accept)
    {
        if (string.IsNullOrWhiteSpace(accept))
            return Representation.Json;
        if (!MediaTypeHeaderValue.TryParseList([accept], out var wanted))
            throw BridgeException.RequestInvalid("The header Accept cannot be read.");

        // Of what the client likes equally, the first of ours.
        var best = wanted
            .Where(type => type.Quality is null or > 0)
            .OrderByDescending(type => type.Quality ?? 1)
            .Select(type => (Type: type, Ours: Find(type)))
            .Where(candidate => candidate.Ours is not null)
            .GroupBy(candidate => candidate.Type.Quality ?? 1)
            .FirstOrDefault()?
            .Min(candidate => candidate.Ours);
        return best ?? throw new BridgeException(
            ErrorCodes.NotAcceptable, $"Values are shown as application/json, application/octet-stream, text/plain or {MessageType}.");
    }

    private static Representation? Find(MediaTypeHeaderValue type) => type.MediaType.Value?.ToLowerInvariant() switch
    {
        "*/*" or "application/*" or "application/json" => Representation.Json,
        "application/octet-stream" or "text/plain" or "text/*" => Representation.Raw,
        MessageType => Representation.Message,
        _ => null,
    };
}
