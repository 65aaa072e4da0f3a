using Bridge.Server.Access;

namespace Bridge.Server.Http;

/// <summary><c>POST /ticket</c>: for pages, which must put something into the URL of a WebSocket or an EventSource.</summary>
internal sealed class TicketEndpoint(TicketStore tickets, CallerLimits limits)
{
    public IResult Handle(HttpContext context)
    {
        var caller = Caller.Of(context);
        limits.CountRead(caller);
        var ticket = tickets.Issue(caller);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new { ticket, expiresInSeconds = (int)TicketStore.Lifetime.TotalSeconds }, BridgeJson.Options);
    }
}
