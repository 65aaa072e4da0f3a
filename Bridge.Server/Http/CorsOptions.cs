namespace Bridge.Server.Http;

/// <summary>Which other web sites may use the bridge.</summary>
public sealed class CorsOptions
{
    /// <summary>
    /// The origins (<c>https://app.example</c>, scheme, host and port, no path) whose pages may call the bridge, with credentials.
    /// Default none: only the bridge's own pages.
    /// </summary>
    public List<string> Origins { get; set; } = [];

    /// <summary>
    /// Whether <c>*</c> is meant, which <see cref="Origins"/> must have then: whatever page a user of the bridge opens may use it from the
    /// user's browser, as far as credentials let it. Default false.
    /// </summary>
    public bool AllowAnyOrigin { get; set; }
}
