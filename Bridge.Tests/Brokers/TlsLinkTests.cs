using System.Security.Authentication;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Brokers;

public sealed class TlsLinkTests
{
    private static readonly MosquittoOptions WithoutClientCertificates = new() { Tls = true, RequireClientCertificate = false };

    private static readonly (string, string?)[] NoClientCertificate = [("Tls:CertFile", null), ("Tls:KeyFile", null)];

    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Link_CertificateOfAStrangeCa_IsRefused(bool webSockets)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(WithoutClientCertificates with { WebSockets = webSockets });
        await using var host = await LinkHost.StartAsync(
            broker,
            [.. NoClientCertificate, ("Url", UrlOf(broker, webSockets)), ("Tls:CaFile", TestCertificates.Strange.Ca)]);

        (await host.WaitForErrorAsync()).Should().Match("The broker's certificate (*) is not trusted: ?*");
        broker.Log.Should().NotContain(line => line.Contains("New client connected"));
    }

    [ToolFact(Tool.Mosquitto | Tool.OpenSsl)]
    public async Task Link_NoCaFile_TrustsTheSystemOnly()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(WithoutClientCertificates);
        await using var host = await LinkHost.StartAsync(broker, [.. NoClientCertificate, ("Tls:CaFile", null)]);

        (await host.WaitForErrorAsync()).Should().Match("The broker's certificate (*) is not trusted: ?*");
    }

    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Link_AllowUntrusted_TakesAnyCertificate(bool webSockets)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(WithoutClientCertificates with { WebSockets = webSockets });
        await using var host = await LinkHost.ConnectAsync(
            broker,
            [.. NoClientCertificate, ("Url", UrlOf(broker, webSockets)), ("Tls:CaFile", null), ("Tls:AllowUntrusted", "true")]);

        await host.AssertCarriesAsync(broker);
        host.Logs.Entries.Items.Should().ContainSingle(entry => entry.Level == LogLevel.Warning && entry.EventId.Id == 1010)
            .Which.Message.Should().StartWith("Bridge:Brokers:plant:Tls:AllowUntrusted: ");
    }

    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [InlineData("mqtts")]
    [InlineData("wss")]
    public async Task Link_ServerNameOfTheCertificate_CountsInsteadOfTheHost(string scheme)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(WithoutClientCertificates with { WebSockets = true });
        var url = scheme == "wss" ? broker.WebSocketUrl : broker.Url;
        await using var right = await LinkHost.ConnectAsync(broker, ("Url", url), ("Tls:ServerName", "localhost"));
        await using var wrong = await LinkHost.StartAsync(broker, ("Url", url), ("Tls:ServerName", "elsewhere.example"));

        (await wrong.WaitForErrorAsync()).Should().Match("The broker's certificate (*) is for another name.");
        await right.AssertCarriesAsync(broker);
    }

    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [InlineData("1.2", SslProtocols.Tls12)]
    [InlineData("1.3", SslProtocols.Tls13)]
    public async Task Link_OneTlsVersion_UsesThatOne(string version, SslProtocols expected)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var terminator = new TlsTerminator(broker.Port, SslProtocols.Tls12 | SslProtocols.Tls13);
        await using var host = await LinkHost.ConnectAsync(
            broker,
            ("Url", terminator.Url),
            ("Tls:CaFile", TestCertificates.Trusted.Ca),
            ("Tls:Protocols:0", version),
            ("Tls:ServerName", "localhost"),
            ("Tls:Alpn:0", TlsTerminator.Alpn.ToString()));

        (await terminator.Handshakes.WaitForAsync(_ => true)).Should().Be(
            new TlsTerminator.Handshake(expected, "localhost", TlsTerminator.Alpn));
        await host.AssertCarriesAsync(broker);
    }

    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [InlineData("1.2", SslProtocols.Tls13)]
    [InlineData("1.3", SslProtocols.Tls12)]
    public async Task Link_BrokerHasOnlyTheOtherTlsVersion_IsNotMade(string version, SslProtocols offered)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var terminator = new TlsTerminator(broker.Port, offered);
        await using var host = await LinkHost.StartAsync(
            broker, ("Url", terminator.Url), ("Tls:CaFile", TestCertificates.Trusted.Ca), ("Tls:Protocols:0", version));

        (await host.WaitForErrorAsync()).Should().Match("The TLS handshake failed: ?*.");
        terminator.Handshakes.Items.Should().BeEmpty();
        (await host.GetBrokerAsync(LinkHost.Key)).State.Should().NotBe(BrokerState.Connected);
    }

    private static string UrlOf(MosquittoBroker broker, bool webSockets) => webSockets ? broker.WebSocketUrl : broker.Url;
}
