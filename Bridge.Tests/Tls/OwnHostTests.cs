using System.Net;
using System.Security.Cryptography.X509Certificates;
using Bridge.Server;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Tls;

/// <summary>Hosts that set up the web server in their code.</summary>
public sealed class OwnHostTests : IDisposable
{
    private readonly TestAuthority _authority = new("authority");
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Https_EndpointMadeInCode_HasTheCertificateOfTheBridge(bool beforeTheBridge)
    {
        await using var app = await StartAsync(
            TlsHost.Write(_folder, _authority.Issue("bridge")),
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps()),
            beforeTheBridge);

        (await TlsClient.LookAsync(app.Urls.Single())).Should().Be("CN=bridge");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Https_HostWithItsOwnCertificate_KeepsIt(bool beforeTheBridge)
    {
        // As a file would have it: with a key that Windows' TLS takes.
        using var own = X509CertificateLoader.LoadPkcs12(_authority.Issue("host").Pfx, IssuedCertificate.Password);
        await using var app = await StartAsync(
            [],
            kestrel =>
            {
                kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = own);
                kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps());
            },
            beforeTheBridge);

        (await TlsClient.LookAsync(app.Urls.Single())).Should().Be("CN=host");
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    private static async Task<WebApplication> StartAsync(
        IEnumerable<(string Key, string? Value)> tls, Action<KestrelServerOptions> configure, bool beforeTheBridge)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = Repository.Root });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(
            TestAccess.OrEverybody(tls.Select(setting => KeyValuePair.Create($"Bridge:Tls:{setting.Key}", setting.Value))));
        builder.Logging.ClearProviders();
        if (beforeTheBridge)
            builder.WebHost.ConfigureKestrel(configure);
        builder.Services.AddBridge();
        if (!beforeTheBridge)
            builder.WebHost.ConfigureKestrel(configure);
        var app = builder.Build();
        app.MapBridge();
        await app.StartAsync().WaitAsync(Eventually.DefaultTimeout);
        return app;
    }
}
