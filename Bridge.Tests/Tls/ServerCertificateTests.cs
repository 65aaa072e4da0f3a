using System.Security.Authentication;
using Bridge.Tests.Support;

namespace Bridge.Tests.Tls;

public sealed class ServerCertificateTests : IDisposable
{
    private readonly TestAuthority _root = new("root");
    private readonly TestAuthority _authority;
    private readonly TemporaryFolder _folder = new();

    public ServerCertificateTests() => _authority = new("authority", _root);

    public static TheoryData<string> Forms => ["pem", "encrypted pem", "encrypted pem, password file", "pfx", "pfx, password file"];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Https_CertificateInEachForm_IsShownWithItsIntermediates(string form)
    {
        await using var host = await TlsHost.StartAsync(SettingsOf(form, _authority.Issue("first")));

        (await TlsClient.LookAsync(host.SecureUrl, _root.Certificate)).Should().Be("CN=first");
    }

    [Theory]
    [InlineData("1.2", SslProtocols.Tls12, SslProtocols.Tls13)]
    [InlineData("1.3", SslProtocols.Tls13, SslProtocols.Tls12)]
    public async Task Https_OneTlsVersion_TakesNoOther(string version, SslProtocols same, SslProtocols other)
    {
        await using var host = await TlsHost.StartAsync([.. TlsHost.Write(_folder, _root.Issue("first")), ("Protocols:0", version)]);
        using var client = new TlsClient(host.SecureUrl, _root.Certificate, versions: same);
        using var refused = new TlsClient(host.SecureUrl, _root.Certificate, versions: other);

        (await client.GetAsync("/who")).Should().Be($"{same} {TlsHost.Nobody}");
        await refused.Awaiting(it => it.GetAsync("/who")).Should().ThrowAsync<HttpRequestException>();
    }

    [ToolTheory(Tool.OpenSsl)]
    [InlineData("-tls1_2", 0, "TLSv1.2")]
    [InlineData("-tls1_1", 1, "alert protocol version")]
    [InlineData("-tls1", 1, "alert protocol version")]
    public async Task Https_OldTlsVersion_IsRefusedByTheServer(string version, int exitCode, string said)
    {
        await using var host = await TlsHost.StartAsync(
            [.. TlsHost.Write(_folder, _root.Issue("first")), ("/Kestrel:Endpoints:secure:SslProtocols:0", "Tls11"), ("/Kestrel:Endpoints:secure:SslProtocols:1", "Tls12")]);

        // Security level 0: the client itself would not ask for such a version otherwise.
        var run = await ProcessRun.RunAsync(
            Tools.OpenSsl, ["s_client", "-connect", new Uri(host.SecureUrl).Authority, version, "-cipher", "ALL:@SECLEVEL=0"]);

        run.ExitCode.Should().Be(exitCode, run.Errors);
        (run.Errors + run.Text).Should().Contain(said);
    }

    [Fact]
    public async Task Https_EndpointWithItsOwnCertificate_KeepsIt()
    {
        using var own = new TemporaryFolder();
        TlsHost.Write(own, _root.Issue("own"));
        await using var host = await TlsHost.StartAsync(
        [
            .. TlsHost.Write(_folder, _root.Issue("common")),
            ("/Kestrel:Endpoints:secure:Certificate:Path", own.File("tls.crt")),
            ("/Kestrel:Endpoints:secure:Certificate:KeyPath", own.File("tls.key")),
        ]);

        (await TlsClient.LookAsync(host.SecureUrl)).Should().Be("CN=own");
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
        _root.Dispose();
    }

    private (string Key, string? Value)[] SettingsOf(string form, IssuedCertificate certificate)
    {
        var isPfx = form.StartsWith("pfx", StringComparison.Ordinal);
        var isEncrypted = form != "pem";
        var fromFile = form.EndsWith("file", StringComparison.Ordinal);
        File.WriteAllBytes(_folder.File("tls.pfx"), certificate.Pfx);
        _folder.Write("tls.crt", certificate.CertPem);
        _folder.Write("tls.key", isEncrypted ? certificate.EncryptedKeyPem : certificate.KeyPem);
        _folder.Write("password", IssuedCertificate.Password + "\n");
        return
        [
            ("PfxFile", isPfx ? _folder.File("tls.pfx") : null),
            ("CertFile", isPfx ? null : _folder.File("tls.crt")),
            ("KeyFile", isPfx ? null : _folder.File("tls.key")),
            ("KeyPassword", isEncrypted && !fromFile ? IssuedCertificate.Password : null),
            ("KeyPasswordFile", isEncrypted && fromFile ? _folder.File("password") : null),
        ];
    }
}
