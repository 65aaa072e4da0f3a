using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Requests;

namespace Bridge.Server.Http;

/// <summary><c>POST /publish</c>: answers when the broker has.</summary>
internal sealed class PublishEndpoint(BrokerManager brokers, BridgeOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey("Idempotency-Key"))
            throw BridgeException.RequestInvalid("'Idempotency-Key' is not supported by this version.");

        var request = Parse(await RequestBody.ReadAsync(context.Request, options.Limits));
        var receipt = await brokers.PublishAsync(request, context.RequestAborted);
        var body = JsonSerializer.SerializeToUtf8Bytes(receipt, BridgeJson.Options);
        var response = context.Response;
        // QoS 0 is not acknowledged by anybody: it was handed to the broker's connection.
        response.StatusCode = request.QualityOfService == QualityOfService.AtMostOnce ? 202 : 200;
        response.ContentType = BridgeJson.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }

    private PublishRequest Parse(RequestBody body)
    {
        if (body.Payload is not { } payload)
            return RequestParser.ParsePublish(body.Fields);

        var parsed = RequestParser.ParsePublish(body.Fields, payload);
        var takesContentType = brokers.TryGet(parsed.BrokerKey, out var broker) && broker.IsMqtt5;
        return takesContentType && parsed.ContentType is null ? parsed with { ContentType = body.ContentType } : parsed;
    }
}
