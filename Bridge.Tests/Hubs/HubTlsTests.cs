using System.Security.Cryptography.X509Certificates;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Http.Connections.Client;

namespace Bridge.Tests.Hubs;

/// <summary>The hub over TLS, where nothing can be written past the server.</summary>
public sealed class HubTlsTests
{
    private const int Messages = 200;

    [ToolTheory(Tool.OpenSsl)]
    [InlineData(true, "Http1")]
    [InlineData(false, "Http1")]
    [InlineData(true, "Http1AndHttp2")]
    [InlineData(false, "Http1AndHttp2")]
    public async Task Subscribe_OverTls_GetsSnapshotAndLiveMessages(bool messagePack, string protocols)
    {
        var certificates = TestCertificates.Trusted;
        await using var host = await EmbeddedBridge.StartAsync(
            ("Kestrel:Endpoints:plain:Url", "http://127.0.0.1:0"),
            ("Kestrel:Endpoints:secure:Url", "https://127.0.0.1:0"),
            ("Kestrel:Endpoints:secure:Protocols", protocols),
            ("Kestrel:Endpoints:secure:Certificate:Path", certificates.ServerCertificate),
            ("Kestrel:Endpoints:secure:Certificate:KeyPath", certificates.ServerKey));
        await using var publisher = await HubClient.ConnectAsync(host.HubUrl);
        await publisher.PublishAsync("embedded", "big", new string('x', 200_000));

        await using var client = await HubClient.ConnectAsync($"{host.SecureUrl}/hub", messagePack, Trust(certificates));
        await client.SubscribeAsync("embedded", "#");
        await client.WaitForMessageAsync("big", message => message.Payload.Length == 200_000);
        for (var number = 1; number <= Messages; number++)
        {
            var receipt = await (number % 2 == 0 ? client : publisher).PublishAsync("embedded", "numbers", $"{number}");
            receipt.Reason.Should().Be(PublishReason.Success);
        }

        await client.WaitForMessageAsync("numbers", message => message.GetText() == $"{Messages}");
        client.Messages.Items.Where(message => message.Topic == "numbers").Select(message => message.GetText())
            .Should().Equal(Enumerable.Range(1, Messages).Select(number => $"{number}"));
        client.Batches.Items.Should().OnlyContain(batch => batch.Skipped == 0);
    }

    private static Action<HttpConnectionOptions> Trust(TestCertificates certificates) => options =>
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(certificates.Ca));
        options.HttpMessageHandlerFactory = _ => new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } };
        options.WebSocketConfiguration = webSocket => webSocket.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            using var chain = new X509Chain { ChainPolicy = policy };
            return chain.Build((X509Certificate2)certificate!);
        };
    };
}
