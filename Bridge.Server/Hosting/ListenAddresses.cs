using Bridge.Server.Configuration;
using Bridge.Server.Tls;

namespace Bridge.Server.Hosting;

/// <summary>Where the web server will listen, as far as its configuration says.</summary>
internal static class ListenAddresses
{
    /// <summary>All that it will listen on, by the rules of the web server: of several kinds of settings one counts.</summary>
    public static IReadOnlyList<ListenAddress> Of(IConfiguration configuration)
    {
        List<ListenAddress> urls = [.. Split(configuration["urls"]).Select(url => new ListenAddress("urls", url))];
        if (urls.Count == 0)
            urls = [.. OfPorts(configuration, "http"), .. OfPorts(configuration, "https")];
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Where(endpoint => endpoint["Url"] is not null)
            .Select(endpoint => new ListenAddress($"{endpoint.Path}:Url", endpoint["Url"]!))
            .ToList();
        var prefersUrls = urls.Count > 0 && bool.TryParse(configuration[WebHostDefaults.PreferHostingUrlsKey], out var prefers) && prefers;
        return endpoints.Count > 0 && !prefersUrls ? endpoints
            : urls.Count > 0 ? urls
            : [new("urls", "http://localhost:5000")];
    }

    /// <summary>Reads the settings of TLS by themselves: what is wrong with them, or with others, is told elsewhere.</summary>
    public static ServerTlsOptions ReadTls(IConfiguration configuration)
    {
        var options = new ServerTlsOptions();
        new OptionsReader([]).Read(configuration.GetSection($"{BridgeOptions.Section}:{nameof(BridgeOptions.Tls)}"), options);
        return options;
    }

    private static IEnumerable<ListenAddress> OfPorts(IConfiguration configuration, string scheme) =>
        Split(configuration[$"{scheme}_ports"]).Select(port => new ListenAddress($"{scheme}_ports", $"{scheme}://*:{port}"));

    private static string[] Split(string? list) => list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
