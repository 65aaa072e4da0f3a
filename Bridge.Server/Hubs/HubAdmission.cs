using Bridge.Server.Access;
using Bridge.Server.Shutdown;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Bridge.Server.Hubs;

/// <summary>
/// Refuses connections beyond the limits while they are still requests, with an answer that says why: at the negotiation, and at the
/// request that a WebSocket or a stream of events is; and those that come when the bridge stops. Only long polling, a connection of many requests, is counted when it has begun.
/// </summary>
internal static class HubAdmission
{
    public static void AddTo(EndpointBuilder endpoint, ConnectionLimits limits, CallerLimits rates, StopSignal stop)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = endpoint.Metadata.OfType<NegotiateMetadata>().Any()
            ? context => NegotiateAsync(context, next, limits, rates, stop)
            : context => IsConnection(context) ? ConnectAsync(context, next, limits, stop) : next(context);
    }

    /// <summary>Whether the connection that a request has become counts already.</summary>
    public static bool IsAdmitted(HttpContext context) => context.Features.Get<ConnectionLease>() is not null;

    /// <summary>Each makes a connection that SignalR keeps for a while, whether it is used or not.</summary>
    private static Task NegotiateAsync(HttpContext context, RequestDelegate next, ConnectionLimits limits, CallerLimits rates, StopSignal stop)
    {
        stop.ThrowIfEnding();
        var caller = Caller.Of(context);
        limits.ThrowIfFull(caller);
        rates.CountConnect(caller);
        return next(context);
    }

    private static async Task ConnectAsync(HttpContext context, RequestDelegate next, ConnectionLimits limits, StopSignal stop)
    {
        using var open = stop.Open();
        using var lease = limits.Open(Caller.Of(context));
        context.Features.Set(lease);
        await next(context);
    }

    private static bool IsConnection(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
        || (HttpMethods.IsGet(context.Request.Method)
            && context.Request.Headers[HeaderNames.Accept].Any(accept => accept?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true));
}
