using System.Security.Authentication;
using Bridge.Tests.Support;

namespace Bridge.Tests.Tls;

/// <summary>Certificates that clients show.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new("authority");
    private readonly TestAuthority _strange = new("authority");
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<SslProtocols> Versions => [SslProtocols.Tls12, SslProtocols.Tls13];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Client_CertificateOfTheAuthority_IsKnownByIt(SslProtocols version)
    {
        await using var host = await StartAsync();

        (await AskAsync(host, version, _authority.Issue("somebody", TestAuthority.ForClients))).Should().Be($"{version} CN=somebody");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Client_NoCertificate_IsLetIn(SslProtocols version)
    {
        await using var host = await StartAsync();

        (await AskAsync(host, version, null)).Should().Be($"{version} {TlsHost.Nobody}");
    }

    /// <summary>What takes up an earlier session brings its certificate from there, without those between it and its authority.</summary>
    [ToolTheory(Tool.OpenSsl)]
    [InlineData("-tls1_2", SslProtocols.Tls12)]
    [InlineData("-tls1_3", SslProtocols.Tls13)]
    public async Task Client_CertificateOfAnIntermediateAuthority_IsKnownByItAlsoWhenItComesAgain(string version, SslProtocols expected)
    {
        using var intermediate = new TestAuthority("intermediate", _authority);
        var somebody = intermediate.Issue("somebody", TestAuthority.ForClients);
        await using var host = await StartAsync();
        string[] arguments =
        [
            "s_client", "-connect", new Uri(host.SecureUrl).Authority, version, "-ign_eof", "-sess_out", _folder.File("session"),
            "-cert", _folder.Write("somebody.crt", somebody.Certificate.ExportCertificatePem()),
            "-key", _folder.Write("somebody.key", somebody.KeyPem), "-cert_chain", _folder.Write("intermediate.pem", intermediate.Pem),
        ];
        var request = "GET /who HTTP/1.1\r\nHost: bridge\r\nConnection: close\r\n\r\n"u8.ToArray();

        var first = await ProcessRun.RunAsync(Tools.OpenSsl, arguments, request);
        string[] again = File.Exists(_folder.File("session")) ? ["-sess_in", _folder.File("session")] : [];
        var second = await ProcessRun.RunAsync(Tools.OpenSsl, [.. arguments, .. again], request);

        first.Text.Should().Contain($"{expected} CN=somebody");
        second.Text.Should().Contain($"{expected} CN=somebody");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Client_CertificateOfAnotherAuthorityOfThatName_IsRefused(SslProtocols version) =>
        await AssertRefusedAsync(version, _strange.Issue("somebody", TestAuthority.ForClients));

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Client_CertificateForServers_IsRefused(SslProtocols version) =>
        await AssertRefusedAsync(version, _authority.Issue("somebody"));

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Client_ExpiredCertificate_IsRefused(SslProtocols version) =>
        await AssertRefusedAsync(version, _authority.Issue("somebody", TestAuthority.ForClients, isExpired: true));

    [Fact]
    public async Task Client_NoAuthorityIsConfigured_IsNotAsked()
    {
        await using var host = await TlsHost.StartAsync(TlsHost.Write(_folder, _authority.Issue("server")));

        (await AskAsync(host, SslProtocols.Tls13, _strange.Issue("somebody", TestAuthority.ForClients))).Should().Be($"Tls13 {TlsHost.Nobody}");
    }

    [Fact]
    public async Task Client_AuthorityBesideTheServersOwnConfiguration_IsAskedToo()
    {
        TlsHost.Write(_folder, _authority.Issue("server"));
        await using var host = await TlsHost.StartAsync(
            ("/Kestrel:Certificates:Default:Path", _folder.File("tls.crt")),
            ("/Kestrel:Certificates:Default:KeyPath", _folder.File("tls.key")),
            ("ClientCaFile", _folder.Write("ca.pem", _authority.Pem)));

        (await AskAsync(host, SslProtocols.Tls13, _authority.Issue("somebody", TestAuthority.ForClients))).Should().Be("Tls13 CN=somebody");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Renewal_OfTheAuthorities_CountsForNewConnections(SslProtocols version)
    {
        var (old, coming) = (_authority.Issue("old", TestAuthority.ForClients), _strange.Issue("new", TestAuthority.ForClients));
        await using var host = await StartAsync();
        (await AskAsync(host, version, old)).Should().Be($"{version} CN=old");
        host.AllowErrors(entry => entry.EventId.Id == 7003);

        _folder.Write("ca.pem", "nothing");
        await Eventually.HoldsAsync(async () =>
        {
            (await AskAsync(host, version, old)).Should().Be($"{version} CN=old");
            return host.Logs.Entries.Items.Any(entry => entry.EventId.Id == 7003);
        });
        _folder.Write("ca.pem", _strange.Pem);

        await Eventually.HoldsAsync(async () => await TryAskAsync(host, version, coming) == $"{version} CN=new");
        (await TryAskAsync(host, version, old)).Should().BeNull();
        host.Logs.Entries.Items.Should().ContainSingle(entry => entry.EventId.Id == 7002);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _strange.Dispose();
        _authority.Dispose();
    }

    private Task<BridgeHost> StartAsync() => TlsHost.StartAsync(
        [.. TlsHost.Write(_folder, _authority.Issue("server")), ("ClientCaFile", _folder.Write("ca.pem", _authority.Pem))]);

    private async Task AssertRefusedAsync(SslProtocols version, IssuedCertificate shown)
    {
        await using var host = await StartAsync();

        (await TryAskAsync(host, version, shown)).Should().BeNull();

        await host.Logs.Entries.WaitForAsync(entry => entry.EventId.Id == 7004 && entry.Message.Contains("CN=somebody", StringComparison.Ordinal));
        (await AskAsync(host, version, null)).Should().Be($"{version} {TlsHost.Nobody}", "others are served");
    }

    private async Task<string> AskAsync(BridgeHost host, SslProtocols version, IssuedCertificate? shown)
    {
        using var client = new TlsClient(host.SecureUrl, _authority.Certificate, shown, version);
        return await client.GetAsync("/who");
    }

    /// <summary>Null where the connection is refused.</summary>
    private async Task<string?> TryAskAsync(BridgeHost host, SslProtocols version, IssuedCertificate? shown)
    {
        try
        {
            return await AskAsync(host, version, shown);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
