using System.Buffers;
using System.IO.Pipelines;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Requests;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Bridge.Server.Http;

/// <summary>What is posted: members (a JSON object or a form), or with broker and topic in the query a raw payload.</summary>
/// <param name="Fields">The members, from the body or from the query.</param>
/// <param name="Payload">The body as it came, where it is the payload; otherwise null.</param>
/// <param name="ContentType">What the client says that the payload is; null where the members say it.</param>
/// <param name="Items">The members of each object, where the body is a JSON array and the endpoint takes arrays; otherwise null.</param>
internal sealed record RequestBody(
    RequestFields Fields, ReadOnlyMemory<byte>? Payload = null, string? ContentType = null, IReadOnlyList<RequestFields>? Items = null)
{
    /// <summary>As many items an array may have: the answer to an item can be a hundred times as long as the item.</summary>
    private const int MostItems = 10_000;

    /// <param name="request">The request.</param>
    /// <param name="limits">How large it may be.</param>
    /// <param name="takesArrays">Whether a JSON array is read; otherwise it is refused, as all that is no object.</param>
    /// <exception cref="BridgeException">It is too large, of no type that is read here, or malformed.</exception>
    public static Task<RequestBody> ReadAsync(HttpRequest request, LimitOptions limits, bool takesArrays = false)
    {
        ThrowIfCompressed(request.Headers);
        if (request.QueryString.HasValue && (request.Query.ContainsKey("brokerKey") || request.Query.ContainsKey("topic")))
            return ReadRawAsync(request, limits);
        ThrowIfInQuery(request.QueryString);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw Unsupported("The body needs a content type");

        ThrowIfNotUtf8(type);
        if (type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return ReadFormAsync(request, limits);
        return type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
            ? ReadJsonAsync(request, limits, takesArrays)
            : throw Unsupported($"The content type '{type.MediaType}' is not read here");
    }

    private static async Task<RequestBody> ReadJsonAsync(HttpRequest request, LimitOptions limits, bool takesArrays)
    {
        var body = await ReadBytesAsync(request, limits.MaxRequestBytes);
        return takesArrays && FieldJson.IsArray(body)
            ? new RequestBody(new RequestFields("One object is expected, not array."), Items: FieldJson.ParseArray(body, MostItems))
            : new RequestBody(FieldJson.ParseObject(body));
    }

    private static async Task<RequestBody> ReadFormAsync(HttpRequest request, LimitOptions limits) =>
        new(UrlEncoded.Parse(await ReadBytesAsync(request, limits.MaxRequestBytes)));

    private static async Task<RequestBody> ReadRawAsync(HttpRequest request, LimitOptions limits)
    {
        var fields = UrlEncoded.Parse(request.QueryString);
        if (fields.Has("message") || fields.Has("messageBase64"))
            throw BridgeException.RequestInvalid("With brokerKey and topic in the query the body is the message; it cannot be in the query too.");

        var payload = await ReadBytesAsync(request, limits.MaxPayloadBytes > 0 ? limits.MaxPayloadBytes : null);
        return new RequestBody(fields, payload, request.ContentType);
    }

    private static async Task<byte[]> ReadBytesAsync(HttpRequest request, long? bound)
    {
        // The bound is kept here. Where a body exceeds Kestrel's, Kestrel breaks the connection off, and the client may never read why.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = null;
        var most = bound ?? Array.MaxLength;
        if (request.ContentLength > most)
            throw TooLarge(most);

        try
        {
            while (true)
            {
                // Kestrel ends it itself when the client has gone. Where it is cancelled, Kestrel takes the reading to go on, and complains.
                var read = await request.BodyReader.ReadAsync(CancellationToken.None);
                if (TryTake(request.BodyReader, read, most) is { } body)
                    return body;
            }
        }
        catch (Exception exception) when (IsEndOfClient(exception, request))
        {
            // Or Kestrel would read on, for the next request, and complain.
            request.HttpContext.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            request.HttpContext.Abort();
            throw;
        }
        // Kestrel's word for a chunk whose size no number holds.
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw BridgeException.RequestInvalid($"The body cannot be read: {exception.Message}");
        }
    }

    /// <summary>
    /// A client may also say that nothing more comes, where more must: of a body whose length was told there is nothing else that Kestrel
    /// takes for malformed.
    /// </summary>
    private static bool IsEndOfClient(Exception exception, HttpRequest request) =>
        exception is ConnectionResetException or ConnectionAbortedException
        || (exception is BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } && request.ContentLength is not null);

    /// <returns>The body, when all of it is there.</returns>
    private static byte[]? TryTake(PipeReader reader, ReadResult read, long most)
    {
        var isTooLarge = read.Buffer.Length > most;
        var body = read.IsCompleted && !isTooLarge ? read.Buffer.ToArray() : null;
        reader.AdvanceTo(body is null ? read.Buffer.Start : read.Buffer.End, read.Buffer.End);
        return isTooLarge ? throw TooLarge(most) : body;
    }

    /// <summary>Where the body has the members, nobody reads the query, but for the form of an answer.</summary>
    private static void ThrowIfInQuery(QueryString query)
    {
        if (UrlEncoded.Parse(query).Names.FirstOrDefault(name => name != "format") is { } name)
            throw BridgeException.RequestInvalid($"'{name}' in the query is for a raw body, with brokerKey and topic beside it; here it belongs into the body.");
    }

    /// <summary>Nothing here decompresses: a compressed body would reach the broker as it is.</summary>
    private static void ThrowIfCompressed(IHeaderDictionary headers)
    {
        if (headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
            throw Unsupported($"The content encoding '{encoding}' is not read here");
        if (headers.TransferEncoding is { Count: > 0 } transfer && !string.Equals(transfer, "chunked", StringComparison.OrdinalIgnoreCase))
            throw Unsupported($"The transfer encoding '{transfer}' is not read here");
    }

    private static void ThrowIfNotUtf8(MediaTypeHeaderValue type)
    {
        if (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))
            throw Unsupported($"The charset must be utf-8, is '{type.Charset}'");
    }

    private static BridgeException TooLarge(long most) => new(ErrorCodes.PayloadTooLarge, $"The body may have {most} bytes.");

    private static BridgeException Unsupported(string what) => new(
        ErrorCodes.UnsupportedMediaType,
        $"{what}: send application/json, application/x-www-form-urlencoded, or any body with brokerKey and topic in the query.");
}
