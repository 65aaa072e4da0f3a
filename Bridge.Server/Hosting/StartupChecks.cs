using System.Net;
using System.Net.Sockets;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;

namespace Bridge.Server.Hosting;

/// <summary>Finds what would make the start fail, all of it at once and in the words of the configuration.</summary>
internal static class StartupChecks
{
    /// <exception cref="BridgeConfigurationException">The configuration cannot be used, or a port is taken.</exception>
    public static void ThrowIfPortsAreTaken(WebApplication app)
    {
        var errors = new List<string>();
        try
        {
            app.Services.GetRequiredService<BridgeOptions>();
        }
        catch (BridgeConfigurationException exception)
        {
            errors.AddRange(exception.Errors);
        }

        if (BridgeHosting.FindPortProblem(app.Configuration) is { } problem)
            errors.Add(problem);
        else
            CheckUrls(app.Configuration, errors);
        CheckEmbeddedBroker(app.Configuration, errors);
        if (errors.Count > 0)
            throw new BridgeConfigurationException(errors);
    }

    /// <summary>Reads the port by itself: whatever else is wrong with the configuration, it is told too when it is taken.</summary>
    private static void CheckEmbeddedBroker(IConfiguration configuration, List<string> errors)
    {
        var options = new EmbeddedBrokerOptions();
        var section = configuration.GetSection($"{BridgeOptions.Section}:{nameof(BridgeOptions.EmbeddedBroker)}");
        new OptionsReader([]).Read(section, options);
        if (options is { Enabled: true, Port: > 0 and <= IPEndPoint.MaxPort } && IsTaken(IPAddress.Loopback, options.Port))
            errors.Add($"{section.Path}:{nameof(options.Port)}: port {options.Port} is in use by another program; set another, or 0 for any: --{section.Path}:{nameof(options.Port)}=0");
    }

    private static void CheckUrls(IConfiguration configuration, List<string> errors)
    {
        foreach (var url in Addresses(configuration))
            CheckUrl(url, errors);
    }

    private static IEnumerable<string> Addresses(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0)
            return endpoints;
        if (configuration["urls"] is { Length: > 0 } urls)
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (configuration["http_ports"] is { Length: > 0 } ports)
            return ports.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(port => $"http://*:{port}");
        return ["http://localhost:5000"];
    }

    private static void CheckUrl(string url, List<string> errors)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException exception)
        {
            errors.Add($"urls: '{url}' is not an address such as http://localhost:5000: {exception.Message}");
            return;
        }

        if (address.IsUnixPipe || address.IsNamedPipe || address.Port == 0)
            return;

        var ip = IPAddress.TryParse(address.Host, out var parsed) ? parsed : address.Host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
        if (IsTaken(ip, address.Port))
            errors.Add($"urls: {url} is in use by another program; choose another address (--urls http://localhost:5001) or port (the variable PORT)");
    }

    private static bool IsTaken(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return false;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}
