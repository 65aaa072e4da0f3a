using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;

namespace Bridge.Server.Http;

/// <summary>
/// Refuses what pages of other sites send from an operator's browser. CORS does not do that: it keeps such a page from reading answers,
/// not from opening a WebSocket or from posting a form.
/// </summary>
internal sealed partial class OriginCheck
{
    private readonly HashSet<string> _allowed;
    private readonly bool _allowsAny;
    private readonly AuditLog _audit;

    public OriginCheck(BridgeOptions options, AuditLog audit, ILogger<OriginCheck> logger)
    {
        _audit = audit;
        _allowed = options.Cors.Origins.ToHashSet(StringComparer.OrdinalIgnoreCase);
        _allowsAny = options.Cors.AllowAnyOrigin;
        if (_allowsAny)
            Log.AnyOrigin(logger);
    }

    /// <summary>Whether pages of this origin, which is not the bridge's own, may use the bridge.</summary>
    public bool IsConfigured(string origin) => _allowsAny || _allowed.Contains(origin);

    /// <exception cref="BridgeException">A page of another site sent the request, and may not.</exception>
    public void ThrowIfForeign(HttpRequest request)
    {
        // Only browsers send the header.
        if (request.Headers.Origin is not { Count: > 0 } header)
            return;

        var origin = header.ToString();
        if (IsOwn(origin, request) || IsConfigured(origin))
            return;

        var refusal = new BridgeException(ErrorCodes.Forbidden, $"Pages of {origin} may not use the bridge; Bridge:Cors:Origins allows them.");
        _audit.Refused(user: null, request.HttpContext.Connection.RemoteIpAddress, refusal);
        throw refusal;
    }

    /// <summary>
    /// Behind a proxy that ends TLS the page's scheme is another than ours. But no page that came without TLS is ours where we have it: anybody
    /// on its way could have written it.
    /// </summary>
    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || !request.IsHttps)
        && (string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
            || string.Equals($"{uri.Host}:{uri.Port}", request.Host.Value, StringComparison.OrdinalIgnoreCase));

    private static partial class Log
    {
        [LoggerMessage(4002, LogLevel.Warning, "Bridge:Cors:AllowAnyOrigin: the pages of every web site may use the bridge from the browsers of its users")]
        public static partial void AnyOrigin(ILogger logger);
    }
}
