namespace Bridge.Server.Http;

/// <summary>
/// The files of the dashboard and of the page <c>/docs/</c>, with headers that let their pages run nothing but what the bridge itself
/// serves.
/// </summary>
internal static class DashboardFiles
{
    // 'self' covers the hub's WebSocket too (CSP Level 3 §6.7.2.8). No inline scripts or styles: topics and payloads come from strangers.
    private const string ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

    // The style sheet of Swagger UI holds its icons as data URLs.
    private const string DocsContentSecurityPolicy = ContentSecurityPolicy + "; img-src 'self' data:";

    public static void UseDashboardFiles(this IApplicationBuilder app)
    {
        app.Use(RedirectToDocs);
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = static file => SetHeaders(file.Context) });
    }

    /// <summary>
    /// The page's addresses are relative, and so is the way to it: the framework's own redirect would lead out of the path under which a
    /// proxy serves the bridge.
    /// </summary>
    private static Task RedirectToDocs(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != "/docs" || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)))
            return next(context);

        context.Response.Redirect("docs/");
        return Task.CompletedTask;
    }

    private static void SetHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs") ? DocsContentSecurityPolicy : ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // Kept, but asked for each time: a page of one version must not run with the scripts of another.
        headers.CacheControl = "no-cache";
    }
}
