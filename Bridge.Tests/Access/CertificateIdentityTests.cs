using System.Net;
using Bridge.Tests.Support;
using Bridge.Tests.Tls;

namespace Bridge.Tests.Access;

/// <summary>Client certificates as credentials.</summary>
public sealed class CertificateIdentityTests : IDisposable
{
    private readonly TestAuthority _authority = new("authority");
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Get_Certificate_MayWhatItsRoleAllows()
    {
        await using var bridge = await StartAsync();

        (await GetAsync(bridge, "press", "a/press/x")).Should().Be(HttpStatusCode.NotFound, "nothing is known, and that may be known");
        (await GetAsync(bridge, "press", "a/other/x")).Should().Be(HttpStatusCode.Forbidden);
        (await GetAsync(bridge, "stranger", "a/press/x")).Should().Be(HttpStatusCode.Unauthorized, "the name is nobody's here");
        (await GetAsync(bridge, null, "a/press/x")).Should().Be(HttpStatusCode.Unauthorized);
    }

    private async Task<HttpStatusCode> GetAsync(BridgeHost bridge, string? name, string topic)
    {
        using var client = new TlsClient(
            bridge.SecureUrl, _authority.Certificate, name is null ? null : _authority.Issue(name, TestAuthority.ForClients));
        try
        {
            await client.GetAsync($"/events?brokerKey=plant&topic={topic}");
            return HttpStatusCode.OK;
        }
        catch (HttpRequestException refused) when (refused.StatusCode is { } status)
        {
            return status;
        }
    }

    private Task<BridgeHost> StartAsync() => TlsHost.StartAsync(
    [
        .. TlsHost.Write(_folder, _authority.Issue("127.0.0.1")),
        ("ClientCaFile", _folder.Write("ca.pem", _authority.Pem)),
        ("/Bridge:Brokers:plant:Url", "mqtt://127.0.0.1:1"),
        ("/Bridge:Access:Certificates:0:Name", "press"),
        ("/Bridge:Access:Certificates:0:Role", "machine"),
        ("/Bridge:Access:Roles:machine:Allow:0:Actions:0", "read"),
        ("/Bridge:Access:Roles:machine:Allow:0:Broker", "*"),
        ("/Bridge:Access:Roles:machine:Allow:0:Topics:0", "a/{user}/#"),
    ]);
}
