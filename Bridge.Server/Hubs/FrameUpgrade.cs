using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Server.Hubs;

/// <summary>Puts a <see cref="FrameStream"/> beneath the WebSocket that a request becomes (RFC 6455; not one within HTTP/2).</summary>
internal sealed class FrameUpgrade(HttpContext context, IHttpUpgradeFeature server) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => server.IsUpgradableRequest;

    /// <summary>What is beneath the WebSocket, which ends it, once there is one.</summary>
    private FrameStream? Frames { get; set; }

    /// <summary>Has an endpoint's WebSockets opened by this.</summary>
    public static void AddTo(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context =>
        {
            if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } server)
                context.Features.Set<IHttpUpgradeFeature>(new FrameUpgrade(context, server));
            return next(context);
        };
    }

    /// <summary>What is beneath the WebSocket that a request has become; null where it has not become one.</summary>
    public static FrameStream? FramesOf(HttpContext? context) => (context?.Features.Get<IHttpUpgradeFeature>() as FrameUpgrade)?.Frames;

    public async Task<Stream> UpgradeAsync()
    {
        var stream = await server.UpgradeAsync();
        var isPlain = context.Features.Get<ITlsHandshakeFeature>() is null;
        return Frames = new FrameStream(stream, isPlain ? context.Features.Get<IConnectionSocketFeature>()?.Socket : null);
    }
}
