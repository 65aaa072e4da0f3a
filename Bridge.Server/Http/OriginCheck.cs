using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Http;

/// <summary>
/// Refuses what pages of other sites send from an operator's browser. CORS does not do that: it keeps such a page from reading answers,
/// not from opening a WebSocket or from posting a form.
/// </summary>
internal static class OriginCheck
{
    public static void UseOriginCheck(this IApplicationBuilder app, IReadOnlyCollection<string> allowed)
    {
        var origins = allowed.ToHashSet(StringComparer.OrdinalIgnoreCase);
        app.Use((context, next) => !Matters(context.Request) || IsOwn(context.Request, origins)
            ? next(context)
            : throw new BridgeException(ErrorCodes.Forbidden, $"Pages of {context.Request.Headers.Origin} may not use the bridge; Bridge:Cors:Origins allows them."));
    }

    /// <summary>A page that only reads is kept from the answer by CORS, but for the hub, where reading begins with writing.</summary>
    private static bool Matters(HttpRequest request) =>
        request.Path.StartsWithSegments("/hub", StringComparison.OrdinalIgnoreCase)
        || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));

    /// <summary>
    /// Only browsers send the header. Its scheme is not compared: behind a proxy that ends TLS it differs from ours.
    /// </summary>
    private static bool IsOwn(HttpRequest request, HashSet<string> allowed)
    {
        if (request.Headers.Origin is not { Count: > 0 } header)
            return true;

        var origin = header.ToString();
        return allowed.Contains(origin)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && (string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
                    || string.Equals($"{uri.Host}:{uri.Port}", request.Host.Value, StringComparison.OrdinalIgnoreCase)));
    }
}
