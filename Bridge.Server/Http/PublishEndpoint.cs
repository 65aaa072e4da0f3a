using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Requests;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Bridge.Server.Http;

/// <summary><c>POST /publish</c>: a JSON object, a form, or with broker and topic in the query a raw body.</summary>
internal sealed class PublishEndpoint(BrokerManager brokers, BridgeOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        var request = await ReadAsync(context.Request);
        var receipt = await brokers.PublishAsync(request, context.RequestAborted);
        var body = JsonSerializer.SerializeToUtf8Bytes(receipt, BridgeJson.Options);
        var response = context.Response;
        // QoS 0 is not acknowledged by anybody: it was handed to the broker's connection.
        response.StatusCode = request.QualityOfService == QualityOfService.AtMostOnce ? 202 : 200;
        response.ContentType = BridgeJson.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }

    private Task<PublishRequest> ReadAsync(HttpRequest request)
    {
        if (request.Headers.ContainsKey("Idempotency-Key"))
            throw BridgeException.RequestInvalid("'Idempotency-Key' is not supported by this version.");

        // Nothing here decompresses: a compressed body would reach the broker as it is.
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
            throw Unsupported($"The content encoding '{encoding}' is not read here");
        if (request.QueryString.HasValue && (request.Query.ContainsKey("brokerKey") || request.Query.ContainsKey("topic")))
            return ReadRawAsync(request);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw Unsupported("The body needs a content type");
        if (type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return ReadFormAsync(request, type);
        return type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
            ? ReadJsonAsync(request, type)
            : throw Unsupported($"The content type '{type.MediaType}' is not read here");
    }

    private async Task<PublishRequest> ReadJsonAsync(HttpRequest request, MediaTypeHeaderValue type)
    {
        ThrowIfNotUtf8(type);
        var body = await ReadBodyAsync(request, options.Limits.MaxRequestBytes);
        return RequestParser.ParsePublish(FieldJson.ParseObject(body));
    }

    private async Task<PublishRequest> ReadFormAsync(HttpRequest request, MediaTypeHeaderValue type)
    {
        ThrowIfNotUtf8(type);
        var body = await ReadBodyAsync(request, options.Limits.MaxRequestBytes);
        return RequestParser.ParsePublish(UrlEncoded.Parse(body));
    }

    private async Task<PublishRequest> ReadRawAsync(HttpRequest request)
    {
        var fields = UrlEncoded.Parse(request.QueryString);
        if (fields.Has("message") || fields.Has("messageBase64"))
            throw BridgeException.RequestInvalid("With brokerKey and topic in the query the body is the message; it cannot be in the query too.");

        var body = await ReadBodyAsync(request, options.Limits.MaxPayloadBytes > 0 ? options.Limits.MaxPayloadBytes : null);
        var parsed = RequestParser.ParsePublish(fields, body);
        var takesContentType = brokers.TryGet(parsed.BrokerKey, out var broker) && broker.IsMqtt5;
        return takesContentType && parsed.ContentType is null ? parsed with { ContentType = request.ContentType } : parsed;
    }

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request, long? bound)
    {
        // The bound is kept here. Where a body exceeds Kestrel's, Kestrel breaks the connection off, and the client may never read why.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = null;
        var most = bound ?? Array.MaxLength;
        if (request.ContentLength > most)
            throw TooLarge(most);

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            if (TryTake(request.BodyReader, read, most) is { } body)
                return body;
        }
    }

    /// <returns>The body, when all of it is there.</returns>
    private static byte[]? TryTake(PipeReader reader, ReadResult read, long most)
    {
        var isTooLarge = read.Buffer.Length > most;
        var body = read.IsCompleted && !isTooLarge ? read.Buffer.ToArray() : null;
        reader.AdvanceTo(body is null ? read.Buffer.Start : read.Buffer.End, read.Buffer.End);
        return isTooLarge ? throw TooLarge(most) : body;
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
