using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>A broker over TLS whose certificate changes, and a bridge that goes on running.</summary>
public sealed class LinkCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [ToolFact(Tool.Mosquitto | Tool.OpenSsl)]
    public async Task BrokersCertificate_Replaced_CountsAtTheNextConnection()
    {
        using var first = TestCertificates.MakeNew();
        using var second = TestCertificates.MakeNew();
        var shown = first;
        await using var broker = await MosquittoBroker.StartNewAsync(
            new() { Tls = true, RequireClientCertificate = false, Certificates = () => shown });
        File.Copy(first.Ca, _folder.File("ca.pem"));
        await using var scene = await LinkFaultScene.StartAsync(
            broker, ("Tls:CaFile", _folder.File("ca.pem")), ("Tls:CertFile", null), ("Tls:KeyFile", null));

        // By the same authority: nobody needs to do anything.
        var before = await File.ReadAllTextAsync(first.ServerCertificate);
        first.Renew();
        (await File.ReadAllTextAsync(first.ServerCertificate)).Should().NotBe(before);
        await RestartAsync(broker, scene);
        await scene.ShouldRecoverAsync(broker);

        // By another: the link stays down, and says why.
        shown = second;
        await RestartAsync(broker, scene);
        await ShouldBeUntrustedAsync(scene, attempts: 2);
        (await scene.PublishDurableAsync("meanwhile", "1")).Should().Be("queued");

        // The other one is trusted from the next attempt on.
        File.Copy(second.Ca, _folder.File("ca.new"));
        File.Move(_folder.File("ca.new"), _folder.File("ca.pem"), overwrite: true);
        await scene.ShouldRecoverAsync(broker);
        await scene.ShouldHaveArrivedAsync("meanwhile", "1");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task RestartAsync(MosquittoBroker broker, LinkFaultScene scene)
    {
        var began = TimeProvider.System.GetTimestamp();
        await broker.StopAsync();
        await scene.ShouldBeDownAsync(began);
        await broker.StartAsync();
    }

    private static async Task ShouldBeUntrustedAsync(LinkFaultScene scene, int attempts)
    {
        await Eventually.HoldsAsync(
            () => scene.Bridge.Output.Items.Count(line => line.Contains("is not trusted: ")) >= attempts, TimeSpan.FromSeconds(60));
        var info = await scene.GetBrokerAsync();
        info.State.Should().NotBe(BrokerState.Connected);
        info.LastError.Should().Match("The broker's certificate (*) is not trusted: ?*");
    }
}
