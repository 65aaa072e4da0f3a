using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Bridge.Server.Requests;

namespace Bridge.Server.Http;

/// <summary><c>POST /request</c>: takes what <c>POST /publish</c> takes, and answers the reply as <c>GET /events</c> shows a value.</summary>
internal sealed class RequestEndpoint(MessagePublisher publisher, BridgeOptions options, IHostApplicationLifetime lifetime)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey("Idempotency-Key"))
            throw BridgeException.RequestInvalid("'Idempotency-Key' is for publishing: a reply is not kept.");

        var format = UrlEncoded.Parse(context.Request.QueryString).OptionalText("format");
        var body = await RequestBody.ReadAsync(context.Request, options.Limits);
        var representation = Representations.Choose(format ?? body.Fields.OptionalText("format"), context.Request.Headers.Accept);
        if (representation == Representation.Stream)
            throw new BridgeException(ErrorCodes.NotAcceptable, "A reply is one message; ask for format=json, raw or message.");

        var (message, timeout) = Parse(body);
        var reply = await RequestAsync(message, timeout, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await ValueWriter.WriteAsync(context.Response, representation, reply);
    }

    /// <summary>A bridge that stops does not wait for replies.</summary>
    private async Task<BridgeMessage> RequestAsync(PublishRequest message, TimeSpan timeout, CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        try
        {
            return await publisher.RequestAsync(message, timeout, ended.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new BridgeException(ErrorCodes.BrokerDisconnected, "The bridge stops; the request may have reached the broker.");
        }
    }

    private static (PublishRequest Message, TimeSpan Timeout) Parse(RequestBody body)
    {
        var (message, timeout) = RequestParser.ParseRequest(body.Fields, body.Payload);
        return (message with { ContentType = message.ContentType ?? body.ContentType }, timeout);
    }
}
