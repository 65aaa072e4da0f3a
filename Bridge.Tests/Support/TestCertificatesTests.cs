using System.Security.Cryptography.X509Certificates;

namespace Bridge.Tests.Support;

public sealed class TestCertificatesTests
{
    [ToolTheory(Tool.OpenSsl)]
    [InlineData("sslserver", "server.crt")]
    [InlineData("sslclient", "client.crt")]
    public async Task Trusted_VerifiedByOpenSsl_IsOfItsCaOnly(string purpose, string certificate)
    {
        var file = Path.Combine(TestCertificates.Trusted.Folder, certificate);

        var own = await VerifyAsync(TestCertificates.Trusted.Ca, purpose, file);
        var strange = await VerifyAsync(TestCertificates.Strange.Ca, purpose, file);

        own.EnsureSuccess();
        strange.ExitCode.Should().NotBe(0);
    }

    [ToolFact(Tool.OpenSsl)]
    public void Trusted_ReadByDotNet_IsUsableInEachForm()
    {
        var made = TestCertificates.Trusted;

        using var pem = X509Certificate2.CreateFromPemFile(made.ClientCertificate, made.ClientKey);
        using var encrypted = X509Certificate2.CreateFromEncryptedPemFile(
            made.ClientCertificate, TestCertificates.Password, made.EncryptedClientKey);
        using var pfx = X509CertificateLoader.LoadPkcs12FromFile(made.ClientPfx, TestCertificates.Password);

        new[] { pem, encrypted, pfx }.Should().OnlyContain(
            certificate => certificate.HasPrivateKey && certificate.Thumbprint == pem.Thumbprint);
    }

    [ToolTheory(Tool.OpenSsl)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("elsewhere.example", false)]
    public void Trusted_ServerCertificate_IsForThisMachine(string name, bool matches)
    {
        using var server = X509CertificateLoader.LoadCertificateFromFile(TestCertificates.Trusted.ServerCertificate);
        using var ca = X509CertificateLoader.LoadCertificateFromFile(TestCertificates.Trusted.Ca);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(ca);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

        chain.Build(server).Should().BeTrue();
        server.MatchesHostname(name).Should().Be(matches);
    }

    [ToolFact(Tool.OpenSsl)]
    public async Task Script_RunAgain_KeepsTheCaUnlessForced()
    {
        using var folder = new TemporaryFolder();
        var first = await RunScriptAsync(folder);
        var second = await RunScriptAsync(folder, "broker.example");
        var third = await RunScriptAsync(folder, "--force");

        second.Should().Be(first);
        third.Should().NotBe(first);
        Directory.GetFiles(folder.Path, "*.key").Append(folder.File("client.pfx")).Append(folder.File("client.password"))
            .Should().HaveCount(6).And.OnlyContain(file => IsPrivate(file));
    }

    private static bool IsPrivate(string file) =>
        OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private static async Task<string> RunScriptAsync(TemporaryFolder folder, params string[] arguments)
    {
        string[] all = [Repository.PathOf("certs", "make-dev-certs.sh"), "--out", folder.Path, .. arguments];
        var run = await ProcessRun.RunAsync("bash", all);
        run.EnsureSuccess();
        return await File.ReadAllTextAsync(folder.File("ca.pem"));
    }

    private static Task<ProcessRun> VerifyAsync(string ca, string purpose, string certificate) => ProcessRun.RunAsync(
        Tools.OpenSsl, ["verify", "-x509_strict", "-no-CApath", "-CAfile", ca, "-purpose", purpose, certificate]);
}
