namespace Bridge.Server.Http;

/// <summary>
/// The files of the dashboard and of the page <c>/docs/</c>, with headers that let their pages run nothing but what the bridge itself
/// serves.
/// </summary>
internal static class DashboardFiles
{
    // 'self' covers the hub's WebSocket too (CSP Level 3 §6.7.2.8). No inline scripts or styles: topics and payloads come from strangers.
    // No form is sent by the browser itself: what is typed leaves by script only.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ";

    // Nothing on the dashboard makes markup of text, and nothing can (Trusted Types).
    private const string DashboardPolicy = Policy + "img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

    // The style sheet of Swagger UI holds its icons as data URLs.
    private const string DocsPolicy = Policy + "img-src 'self' data:";

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
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs") ? DocsPolicy : DashboardPolicy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers["Referrer-Policy"] = "no-referrer";
        // Kept, but asked for each time: a page of one version must not run with the scripts of another.
        headers.CacheControl = "no-cache";
    }
}
