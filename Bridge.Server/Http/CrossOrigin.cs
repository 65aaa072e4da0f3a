using Bridge.Server.Configuration;

namespace Bridge.Server.Http;

/// <summary>What pages of other sites may do: those of the origins that are configured all there is, the others nothing.</summary>
internal static class CrossOrigin
{
    public static void UseCrossOriginRules(this IApplicationBuilder app)
    {
        var origins = app.ApplicationServices.GetRequiredService<BridgeOptions>().Cors.Origins;
        // Only browsers say an origin, and the middleware costs every request objects of its own.
        app.UseWhen(
            context => context.Request.Headers.Origin.Count > 0,
            branch => branch.UseCors(policy =>
            {
                if (origins.Count > 0)
                    policy.WithOrigins([.. origins]).AllowAnyHeader().AllowAnyMethod().AllowCredentials().WithExposedHeaders(EventsHeaders.Exposed);
            }));
        app.UseOriginCheck(origins);
    }
}
