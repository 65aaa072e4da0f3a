using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

public sealed class ClientCertificateLinkTests
{
    private static readonly MosquittoOptions Tls = new() { Tls = true };

    public static TheoryData<string> Forms => ["pem", "encrypted pem", "encrypted pem, password file", "pfx", "pfx, password file"];

    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [MemberData(nameof(Forms))]
    public async Task Link_ClientCertificateInEachForm_IsMade(string form)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(Tls);
        await using var host = await LinkHost.ConnectAsync(broker, SettingsOf(form, TestCertificates.Trusted));

        await host.AssertCarriesAsync(broker);
    }

    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [InlineData("1.2", false)]
    [InlineData("1.3", false)]
    [InlineData("1.2", true)]
    [InlineData("1.3", true)]
    public async Task Link_NoClientCertificate_IsRefusedAndSaysWhy(string version, bool webSockets)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(Tls with { WebSockets = webSockets });
        await using var host = await LinkHost.StartAsync(
            broker,
            ("Url", webSockets ? broker.WebSocketUrl : broker.Url),
            ("Tls:CertFile", null),
            ("Tls:KeyFile", null),
            ("Tls:Protocols:0", version));

        // What the broker says is an alert of TLS; with 1.3 it may come too late to be read before the connection ends.
        (await host.WaitForErrorAsync()).Should().Match(version == "1.2"
            ? "The TLS handshake failed: ?*."
            : "The broker did not accept the connection (perhaps it asks for a client certificate): ?*.");
    }

    [ToolFact(Tool.Mosquitto | Tool.OpenSsl)]
    public async Task Link_ClientCertificateOfAStrangeCa_IsRefused()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(Tls);
        await using var host = await LinkHost.StartAsync(broker, SettingsOf("pem", TestCertificates.Strange));

        (await host.WaitForErrorAsync()).Should().Match(
            "The broker did not accept the connection (perhaps it does not take the client certificate): ?*.");
        broker.Log.Should().NotContain(line => line.Contains("New client connected"));
    }

    [ToolFact(Tool.Mosquitto | Tool.OpenSsl)]
    public async Task Link_FilesChanged_AreUsedFromTheNextConnectionOn()
    {
        using var folder = new TemporaryFolder();
        CopyFiles(TestCertificates.Strange, folder);
        await using var broker = await MosquittoBroker.StartNewAsync(Tls);
        await using var host = await LinkHost.StartAsync(
            broker,
            ("Tls:CaFile", folder.File("ca.pem")), ("Tls:CertFile", folder.File("client.crt")), ("Tls:KeyFile", folder.File("client.key")));
        await host.WaitForErrorAsync();

        CopyFiles(TestCertificates.Trusted, folder);

        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await host.AssertCarriesAsync(broker);
    }

    [ToolFact(Tool.Mosquitto | Tool.OpenSsl)]
    public async Task Link_PfxWithAnIntermediateCertificate_SendsItToo()
    {
        using var folder = new TemporaryFolder();
        using var root = new TestAuthority("root");
        using var intermediate = new TestAuthority("intermediate", root);
        var authorities = folder.Write("ca.pem", await File.ReadAllTextAsync(TestCertificates.Trusted.Ca) + root.Pem);
        await using var broker = await MosquittoBroker.StartNewAsync(Tls with { ClientCa = authorities });
        await File.WriteAllBytesAsync(folder.File("client.pfx"), intermediate.Issue("bridge", TestAuthority.ForClients).Pfx);
        await using var host = await LinkHost.ConnectAsync(
            broker,
            ("Tls:CertFile", null), ("Tls:KeyFile", null), ("Tls:PfxFile", folder.File("client.pfx")), ("Tls:KeyPassword", IssuedCertificate.Password));

        await host.AssertCarriesAsync(broker);
    }

    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [InlineData("encrypted pem")]
    [InlineData("pfx")]
    public async Task Start_WrongKeyPassword_SaysThatTheFilesCannotBeUsed(string form)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(Tls);

        await FluentActions.Awaiting(() => LinkHost.StartAsync(
                broker, [.. SettingsOf(form, TestCertificates.Trusted), ("Tls:KeyPassword", "wrong")]))
            .Should().ThrowAsync<BridgeConfigurationException>()
            .WithMessage("Bridge:Brokers:plant:Tls: The certificate files cannot be used: *");
    }

    private static void CopyFiles(TestCertificates certificates, TemporaryFolder folder)
    {
        File.Copy(certificates.Ca, folder.File("ca.pem"), overwrite: true);
        File.Copy(certificates.ClientCertificate, folder.File("client.crt"), overwrite: true);
        File.Copy(certificates.ClientKey, folder.File("client.key"), overwrite: true);
    }

    private static (string Name, string? Value)[] SettingsOf(string form, TestCertificates certificates)
    {
        var isPfx = form.StartsWith("pfx", StringComparison.Ordinal);
        var isEncrypted = isPfx || form.StartsWith("encrypted", StringComparison.Ordinal);
        var fromFile = form.EndsWith("file", StringComparison.Ordinal);
        return
        [
            ("Tls:PfxFile", isPfx ? certificates.ClientPfx : null),
            ("Tls:CertFile", isPfx ? null : certificates.ClientCertificate),
            ("Tls:KeyFile", isPfx ? null : isEncrypted ? certificates.EncryptedClientKey : certificates.ClientKey),
            ("Tls:KeyPassword", isEncrypted && !fromFile ? TestCertificates.Password : null),
            ("Tls:KeyPasswordFile", isEncrypted && fromFile ? certificates.PasswordFile : null),
        ];
    }
}
