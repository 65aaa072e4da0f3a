namespace Bridge.Server.Http;

/// <summary>A credential that stood in a request's URL. Whatever is made of the URL, a log line or a trace, does not have it any more.</summary>
/// <param name="Secret">The credential.</param>
/// <param name="IsTicket">Whether it was called a ticket; otherwise an access token.</param>
internal sealed record UrlCredential(string Secret, bool IsTicket)
{
    public const string Ticket = "ticket";
    public const string AccessToken = "access_token";

    /// <summary>
    /// Tickets count where browsers can send no header, access tokens where SignalR's clients send them. Elsewhere a URL is no place for
    /// either, and they are not looked at.
    /// </summary>
    public string? Take(HttpRequest request) => (IsTicket ? IsPlaceOfTickets(request) : IsHub(request)) ? Secret : null;

    /// <summary>Whether a ticket lets in to what is asked for.</summary>
    public static bool IsPlaceOfTickets(HttpRequest request) => request.Path == "/events" || IsHub(request);

    private static bool IsHub(HttpRequest request) => request.Path.StartsWithSegments("/hub", StringComparison.OrdinalIgnoreCase);
}
