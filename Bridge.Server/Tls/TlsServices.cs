using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Tls;

/// <summary>Registers TLS of the server's https endpoints.</summary>
internal static class TlsServices
{
    public static void AddServerTls(this IServiceCollection services)
    {
        services.AddSingleton<ServerTls>();
        // Before all others: endpoints that a host makes in its code then have it too, and what the host says of https itself counts.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<KestrelServerOptions>>(provider =>
            new ConfigureOptions<KestrelServerOptions>(kestrel => Configure(kestrel, provider))));
    }

    /// <summary>The web server is made before anybody has looked at the settings: they are read when it comes to its endpoints.</summary>
    private static void Configure(KestrelServerOptions kestrel, IServiceProvider provider) =>
        kestrel.ConfigureHttpsDefaults(https => provider.GetRequiredService<ServerTls>().ApplyTo(https));
}
