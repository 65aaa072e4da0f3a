using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Requests;

namespace Bridge.Server.Http;

/// <summary><c>POST /request</c>: takes what <c>POST /publish</c> takes, and answers the reply as <c>GET /events</c> shows a value.</summary>
internal sealed class RequestEndpoint(BrokerManager brokers, BridgeOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey("Idempotency-Key"))
            throw BridgeException.RequestInvalid("'Idempotency-Key' is for publishing: a reply is not kept.");

        var format = UrlEncoded.Parse(context.Request.QueryString).OptionalText("format");
        var body = await RequestBody.ReadAsync(context.Request, options.Limits);
        var representation = Representations.Choose(format ?? body.Fields.OptionalText("format"), context.Request.Headers.Accept);
        var (message, timeout) = Parse(body);
        var reply = await brokers.RequestAsync(message, timeout, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await ValueWriter.WriteAsync(context.Response, representation, reply);
    }

    private static (PublishRequest Message, TimeSpan Timeout) Parse(RequestBody body)
    {
        var (message, timeout) = RequestParser.ParseRequest(body.Fields, body.Payload);
        return (message with { ContentType = message.ContentType ?? body.ContentType }, timeout);
    }
}
