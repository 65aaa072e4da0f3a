namespace Bridge.Server.Http;

/// <summary>The dashboard's files, with headers that let its pages run nothing but what the bridge itself serves.</summary>
internal static class DashboardFiles
{
    // 'self' covers the hub's WebSocket too (CSP Level 3 §6.7.2.8). No inline scripts or styles: topics and payloads come from strangers.
    private const string ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

    public static void UseDashboardFiles(this IApplicationBuilder app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = static file => SetHeaders(file.Context.Response.Headers) });
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // Kept, but asked for each time: a page of one version must not run with the scripts of another.
        headers.CacheControl = "no-cache";
    }
}
