using Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Tls;

/// <summary>A bridge with one https endpoint, which tells at <c>/who</c> how the client came.</summary>
internal static class TlsHost
{
    public static readonly string Nobody = "nobody";

    /// <param name="settings">Those below <c>Bridge:Tls</c>; with a slash at the beginning, others.</param>
    public static Task<BridgeHost> StartAsync(params IEnumerable<(string Key, string? Value)> settings)
    {
        (string Key, string? Value)[] endpoints = [("/Kestrel:Endpoints:plain:Url", "http://127.0.0.1:0"), ("/Kestrel:Endpoints:secure:Url", "https://127.0.0.1:0")];
        return BridgeHost.StartAsync(
            endpoints.Concat(settings).Select(setting => KeyValuePair.Create(PathOf(setting.Key), setting.Value)),
            services => services.AddSingleton<IStartupFilter>(new Who()));
    }

    /// <summary>Writes the certificate's files, and returns the settings that name them.</summary>
    public static (string Key, string? Value)[] Write(TemporaryFolder folder, IssuedCertificate certificate)
    {
        folder.Write("tls.crt", certificate.CertPem);
        folder.Write("tls.key", certificate.KeyPem);
        return [("CertFile", folder.File("tls.crt")), ("KeyFile", folder.File("tls.key"))];
    }

    private static string PathOf(string key) => key[0] == '/' ? key[1..] : $"Bridge:Tls:{key}";

    private sealed class Who : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) => context.Request.Path == "/who" ? TellAsync(context) : following(context));
            next(app);
        };

        private static Task TellAsync(HttpContext context) => context.Response.WriteAsync(
            $"{context.Features.Get<ITlsHandshakeFeature>()?.Protocol} {context.Connection.ClientCertificate?.Subject ?? Nobody}");
    }
}
