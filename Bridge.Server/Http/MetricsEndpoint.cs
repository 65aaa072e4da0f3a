using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Diagnostics;

namespace Bridge.Server.Http;

/// <summary><c>GET /metrics</c>, as Prometheus reads it. For administrators, or for everybody where the configuration says so.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var isOpen = services.GetRequiredService<BridgeOptions>().Diagnostics.OpenMetrics;
        var checks = services.GetRequiredService<AccessChecks>();
        var endpoint = routes.MapPrometheusScrapingEndpoint(
            "/metrics",
            services.GetRequiredService<Telemetry>().Metrics,
            pipeline => pipeline.Use(next => context =>
            {
                if (!isOpen)
                    checks.ThrowUnlessAdministrator(Caller.Of(context), "read the metrics");
                return next(context);
            }),
            optionsName: null);
        endpoint.WithMetadata(new HttpMethodMetadata([HttpMethods.Get]));
        if (isOpen)
            endpoint.Add(OpenToAll.Add);
    }
}
