using System.Net;
using System.Net.Sockets;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Pipeline;

namespace Bridge.Server.Hosting;

/// <summary>Finds what would make the start fail, all of it at once and in the words of the configuration.</summary>
internal static class StartupChecks
{
    /// <exception cref="BridgeConfigurationException">The configuration cannot be used, a port is taken, or an address is not safe.</exception>
    public static void ThrowIfUnusable(WebApplication app)
    {
        var errors = new List<string>();
        try
        {
            app.Services.GetRequiredService<BridgeOptions>();
            app.Services.GetRequiredService<StepPipeline>();
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
        var allowsPlainHttp = ListenAddresses.ReadTls(configuration).AllowPlainHttp;
        foreach (var address in ListenAddresses.Of(configuration))
            CheckUrl(address, allowsPlainHttp, errors);
    }

    private static void CheckUrl(ListenAddress listen, bool allowsPlainHttp, List<string> errors)
    {
        if (listen.TryParse(out var problem) is not { } address)
        {
            errors.Add($"{listen.Key}: '{listen.Url}' is not an address such as http://localhost:5000: {problem}");
            return;
        }

        if (listen.IsPlainToOthers && !allowsPlainHttp)
            errors.Add(NotSafe(listen));
        if (address.IsUnixPipe || address.IsNamedPipe || address.Port == 0)
            return;

        var ip = IPAddress.TryParse(address.Host, out var parsed) ? parsed : ListenAddress.IsLocalhost(address) ? IPAddress.Loopback : IPAddress.Any;
        if (IsTaken(ip, address.Port))
            errors.Add($"{listen.Key}: {listen.Url} is in use by another program; choose another address (--urls http://localhost:5001) or port (the variable PORT)");
    }

    private static string NotSafe(ListenAddress listen) =>
        $"{listen.Key}: {listen.Url} would be reached by other machines without encryption; set a certificate (Bridge:Tls:CertFile and KeyFile, or PfxFile) "
        + $"and https{listen.Url["http".Length..]}, or Bridge:Tls:AllowPlainHttp=true where a proxy in front of the bridge ends TLS, or an address of this machine (http://localhost:5000)";

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
