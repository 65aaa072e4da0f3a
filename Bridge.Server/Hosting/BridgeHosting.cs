using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace Bridge.Server.Hosting;

/// <summary>How the bridge runs as a program of its own.</summary>
internal static class BridgeHosting
{
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = FindContentRoot() });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The host's own would open an address that comes into a settings file later, without the checks of the start.
            kestrel.Configure(builder.Configuration.GetSection("Kestrel"), reloadOnChange: false);
        });
        AddBundledSettings(builder);
        UsePort(builder);
        StopSoon(builder);
        return builder;
    }

    /// <summary>Who has not read its answer by then, or not sent its request, will hardly do so; service managers kill after 10 s.</summary>
    private static void StopSoon(WebApplicationBuilder builder)
    {
        if (builder.Configuration["shutdownTimeoutSeconds"] is null)
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
    }

    /// <summary>
    /// The folder that relative paths in the configuration start from: where <c>wwwroot</c> is, which is beside the program when
    /// published, and above its build folder in a clone, whatever folder it is started from.
    /// </summary>
    private static string FindContentRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "wwwroot")))
                return folder.FullName;
        }

        return AppContext.BaseDirectory;
    }

    /// <summary>In a clone the settings files are not in the content root but beside the program. All else goes before them.</summary>
    private static void AddBundledSettings(WebApplicationBuilder builder)
    {
        if (Path.GetFullPath(builder.Environment.ContentRootPath) == Path.GetFullPath(AppContext.BaseDirectory))
            return;

        string[] files = [$"appsettings.{builder.Environment.EnvironmentName}.json", "appsettings.json"];
        var folder = new PhysicalFileProvider(AppContext.BaseDirectory);
        foreach (var file in files)
            builder.Configuration.Sources.Insert(0, new JsonConfigurationSource { FileProvider = folder, Path = file, Optional = true, ReloadOnChange = true });
    }

    /// <summary>What is wrong with the variable <c>PORT</c>, where it counts; otherwise null.</summary>
    public static string? FindPortProblem(IConfiguration configuration) => FindPort(configuration) is { } port && ParsePort(port) is null
        ? $"PORT: expected a port between 0 and {IPEndPoint.MaxPort}, found '{port}'"
        : null;

    /// <summary>
    /// The variable <c>PORT</c>: on loopback in Development, on all addresses otherwise; with https where there is a certificate.
    /// <see cref="StartupChecks"/> tells what is wrong with it.
    /// </summary>
    private static void UsePort(WebApplicationBuilder builder)
    {
        if (FindPort(builder.Configuration) is not { } port || ParsePort(port) is not { } number)
            return;

        var scheme = ListenAddresses.ReadTls(builder.Configuration).HasCertificate ? "https" : "http";
        var host = builder.Environment.IsDevelopment() ? "localhost" : "*";
        builder.WebHost.UseUrls($"{scheme}://{host}:{number}");
    }

    /// <summary>The variable counts where no address is configured.</summary>
    private static string? FindPort(IConfiguration configuration) =>
        configuration["PORT"] is not { Length: > 0 } port
        || configuration["urls"] is { Length: > 0 }
        || configuration["http_ports"] is { Length: > 0 }
        || configuration["https_ports"] is { Length: > 0 }
        || configuration.GetSection("Kestrel:Endpoints").Exists()
            ? null
            : port;

    private static int? ParsePort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort ? port : null;
}
