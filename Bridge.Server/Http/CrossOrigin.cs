namespace Bridge.Server.Http;

/// <summary>What pages of other sites may do: those of the origins that are configured all there is, the others nothing.</summary>
internal static class CrossOrigin
{
    public static void UseCrossOriginRules(this IApplicationBuilder app)
    {
        var origins = app.ApplicationServices.GetRequiredService<OriginCheck>();
        // Only browsers say an origin, and the middleware costs every request objects of its own. It answers what browsers ask beforehand.
        app.UseWhen(
            context => context.Request.Headers.Origin.Count > 0,
            branch => branch.UseCors(policy => policy
                .SetIsOriginAllowed(origins.IsConfigured)
                .AllowAnyHeader()
                .AllowAnyMethod()
                .AllowCredentials()
                .WithExposedHeaders(EventsHeaders.Exposed)));
        app.Use((context, next) =>
        {
            AnswerHeaders.Set(context.Response);
            origins.ThrowIfForeign(context.Request);
            return next(context);
        });
    }
}
