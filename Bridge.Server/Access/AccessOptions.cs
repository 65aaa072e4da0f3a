namespace Bridge.Server.Access;

/// <summary>
/// Who may do what. Where nothing is set here, the bridge starts in Development only, and then everybody on this machine may do
/// everything, and nobody else anything. Changes count at once; connections whose credentials or rules they touch are ended.
/// </summary>
public sealed class AccessOptions
{
    /// <summary>The role of those who show no credentials. Default none: they are asked for credentials.</summary>
    public string? Anonymous { get; set; }

    /// <summary>The API keys.</summary>
    public List<ApiKeyOptions> ApiKeys { get; set; } = [];

    /// <summary>Who shows a client certificate; needs <c>Bridge:Tls:ClientCaFile</c>.</summary>
    public List<CertificateOptions> Certificates { get; set; } = [];

    /// <summary>The bearer tokens that are accepted. Default none.</summary>
    public JwtOptions? Jwt { get; set; }

    /// <summary>The roles, each under its name. Who has several may do what any of them allows, and nothing that any of them denies.</summary>
    public Dictionary<string, RoleOptions> Roles { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Whether nothing is set.</summary>
    internal bool IsUnset => !AllowsAnonymous && ApiKeys.Count == 0 && Certificates.Count == 0 && Jwt is null && Roles.Count == 0;

    /// <summary>The environment can set a text to nothing, but not unset it.</summary>
    internal bool AllowsAnonymous => !string.IsNullOrEmpty(Anonymous);
}
