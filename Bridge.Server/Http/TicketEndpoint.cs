using Bridge.Server.Access;

namespace Bridge.Server.Http;

/// <summary><c>POST /ticket</c>: for pages, which must put something into the URL of a WebSocket or an EventSource.</summary>
internal sealed class TicketEndpoint(TicketStore tickets)
{
    public IResult Handle(HttpContext context)
    {
        var ticket = tickets.Issue(Caller.Of(context).Identity);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new { ticket, expiresInSeconds = (int)TicketStore.Lifetime.TotalSeconds }, BridgeJson.Options);
    }
}
