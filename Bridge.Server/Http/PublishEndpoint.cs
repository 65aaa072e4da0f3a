using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Publishing;
using Bridge.Server.Requests;

namespace Bridge.Server.Http;

/// <summary><c>POST /publish</c>: a message, or a JSON array of them; answers when the broker has.</summary>
internal sealed class PublishEndpoint(MessagePublisher publisher, AccessChecks access, BrokerManager brokers, BridgeOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        access.ThrowUnlessEver(Caller.Of(context), AccessAction.Publish);
        var key = IdempotencyKeyHeader.Read(context.Request.Headers);
        var body = await RequestBody.ReadAsync(context.Request, options.Limits, takesArrays: true);
        await (body.Items is { } items ? PublishAllAsync(context, items, key) : PublishAsync(context, body, key));
    }

    private async Task PublishAsync(HttpContext context, RequestBody body, string? key)
    {
        var request = Parse(body).WithKey(key);
        var receipt = await publisher.PublishAsync(Caller.Of(context), request, context.RequestAborted);
        // QoS 0 is not acknowledged by anybody: it was handed to the broker's connection.
        var isAcknowledged = request.QualityOfService != QualityOfService.AtMostOnce && receipt.Reason != PublishReason.Queued;
        var status = !isAcknowledged ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        await WriteAsync(context.Response, status, receipt);
    }

    private async Task PublishAllAsync(HttpContext context, IReadOnlyList<RequestFields> fields, string? key)
    {
        var items = fields.Select(item => new PublishItem(() => RequestParser.ParsePublish(item).InArrayWithKey(key))).ToList();
        await publisher.PublishAllAsync(Caller.Of(context), items, key, context.RequestAborted);
        var status = items.TrueForAll(item => item.Failure is null) ? StatusCodes.Status200OK : StatusCodes.Status207MultiStatus;
        await WriteAsync(
            context.Response, status, items.Select(item => item.Failure is { } failure ? ProblemWriter.Describe(failure) : (object?)item.Receipt));
    }

    private PublishRequest Parse(RequestBody body)
    {
        if (body.Payload is not { } payload)
            return RequestParser.ParsePublish(body.Fields);

        var parsed = RequestParser.ParsePublish(body.Fields, payload);
        var takesContentType = brokers.TryGet(parsed.BrokerKey, out var broker) && broker.IsMqtt5;
        return takesContentType && parsed.ContentType is null ? parsed with { ContentType = body.ContentType } : parsed;
    }

    private static async Task WriteAsync<T>(HttpResponse response, int status, T answer)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, BridgeJson.Options);
        response.StatusCode = status;
        response.ContentType = BridgeJson.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }
}
