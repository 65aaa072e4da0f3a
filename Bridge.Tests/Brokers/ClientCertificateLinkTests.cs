using Bridge.Server.Configuration;
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
        (await host.WaitForErrorAsync()).Should().ContainAny("TLS", "SSL", "handshake", "certificate", "closed the connection");
    }

    [ToolFact(Tool.Mosquitto | Tool.OpenSsl)]
    public async Task Link_ClientCertificateOfAStrangeCa_IsRefused()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(Tls);
        await using var host = await LinkHost.StartAsync(broker, SettingsOf("pem", TestCertificates.Strange));

        (await host.WaitForErrorAsync()).Should().NotBeEmpty();
        broker.Log.Should().NotContain(line => line.Contains("New client connected"));
    }

    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [InlineData("encrypted pem")]
    [InlineData("pfx")]
    public async Task Start_WrongKeyPassword_SaysThatTheFilesCannotBeUsed(string form)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(Tls);
        var start = () => LinkHost.StartAsync(broker, [.. SettingsOf(form, TestCertificates.Trusted), ("Tls:KeyPassword", "wrong")]);

        (await start.Should().ThrowAsync<BridgeConfigurationException>()).Which.Errors.Should().ContainSingle()
            .Which.Should().Contain(":Tls: The certificate files cannot be used: ").And.NotContain("wrong");
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
