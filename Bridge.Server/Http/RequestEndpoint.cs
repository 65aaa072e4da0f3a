using Bridge.Contracts;
using Bridge.Contracts.Wire;
using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Bridge.Server.Requests;

namespace Bridge.Server.Http;

/// <summary><c>POST /request</c>: takes what <c>POST /publish</c> takes, and answers the reply as <c>GET /events</c> shows a value.</summary>
internal sealed class RequestEndpoint(MessagePublisher publisher, AccessChecks access, CallerSessions sessions, BridgeOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        access.ThrowUnlessEver(Caller.Of(context), AccessAction.Request);
        if (context.Request.Headers.ContainsKey("Idempotency-Key"))
            throw BridgeException.RequestInvalid("'Idempotency-Key' is for publishing: a reply is not kept.");

        var body = await RequestBody.ReadAsync(context.Request, options.Limits);
        var format = UrlEncoded.Parse(context.Request.QueryString).OptionalText("format") ?? body.Fields.OptionalText("format");
        var representation = Representations.Choose(format, context.Request.Headers.Accept);
        if (representation == Representation.Stream)
            throw new BridgeException(ErrorCodes.NotAcceptable, "A reply is one message; ask for format=json, raw or message.");

        var (message, timeout) = Parse(body);
        var reply = await RequestAsync(context, message, timeout);
        context.Response.Headers.CacheControl = "no-store";
        // The device has acted: its reply is not thrown away because nobody said how to show bytes.
        if (!Utf8Text.IsValid(reply.Payload.Span) && format is null && Representations.IsAny(context.Request.Headers.Accept))
            representation = Representation.Message;
        await ValueWriter.WriteAsync(context.Response, representation, reply);
    }

    private async Task<BridgeMessage> RequestAsync(HttpContext context, PublishRequest message, TimeSpan timeout)
    {
        var caller = Caller.Of(context);
        using var session = sessions.Open(caller.Identity, SessionKind.Wait);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, session.Ended);
        try
        {
            return await publisher.RequestAsync(caller, message, timeout, ended.Token);
        }
        catch (OperationCanceledException)
        {
            session.ThrowIfEnded();
            throw;
        }
    }

    private static (PublishRequest Message, TimeSpan Timeout) Parse(RequestBody body)
    {
        var (message, timeout) = RequestParser.ParseRequest(body.Fields, body.Payload);
        return (message with { ContentType = message.ContentType ?? body.ContentType }, timeout);
    }
}
