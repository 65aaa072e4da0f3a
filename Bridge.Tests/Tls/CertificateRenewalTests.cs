using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Tls;

/// <summary>Files that change while the bridge runs.</summary>
public sealed class CertificateRenewalTests : IDisposable
{
    private const int Renewed = 7001;
    private const int Unusable = 7003;

    private readonly TestAuthority _authority = new("authority");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Renewal_NewFiles_AreForNewConnectionsAndOpenOnesGoOn()
    {
        await using var host = await TlsHost.StartAsync(TlsHost.Write(_folder, _authority.Issue("first")));
        using var open = new TlsClient(host.SecureUrl, _authority.Certificate);
        await open.GetAsync("/health/live");

        var second = _authority.Issue("second");
        TlsHost.Write(_folder, second);

        await WaitForShownAsync(host, "CN=second");
        await open.GetAsync("/health/live");
        open.Shown.Should().Equal("CN=first");
        host.Logs.Entries.Items.Should().ContainSingle(entry => entry.EventId.Id == Renewed)
            .Which.Message.Should().Contain("CN=second").And.Contain($"{second.Certificate.NotAfter.ToUniversalTime():u}");
    }

    [Fact]
    public async Task Renewal_Pfx_IsUsedToo()
    {
        await File.WriteAllBytesAsync(_folder.File("tls.pfx"), _authority.Issue("first").Pfx);
        await using var host = await TlsHost.StartAsync(("PfxFile", _folder.File("tls.pfx")), ("KeyPassword", IssuedCertificate.Password));

        await File.WriteAllBytesAsync(_folder.File("tls.pfx"), _authority.Issue("second").Pfx);

        await WaitForShownAsync(host, "CN=second");
    }

    [Fact]
    public async Task Renewal_Expired_IsUsedToo()
    {
        await using var host = await TlsHost.StartAsync(TlsHost.Write(_folder, _authority.Issue("first")));

        TlsHost.Write(_folder, _authority.Issue("old", isExpired: true));

        await WaitForShownAsync(host, "CN=old");
    }

    [Theory]
    [InlineData("tls.key", 0.5)]
    [InlineData("tls.key", 0)]
    [InlineData("tls.crt", 0.25)]
    [InlineData("tls.crt", 0.75)]
    public async Task Renewal_HalfWrittenFile_KeepsTheOldOneUntilItIsWhole(string file, double part)
    {
        using var issuing = new TestAuthority("issuing", _authority);
        var (first, second) = (issuing.Issue("first"), issuing.Issue("second"));
        await using var host = await TlsHost.StartAsync(TlsHost.Write(_folder, first));
        host.AllowErrors(IsUnusable);

        TlsHost.Write(_folder, second);
        var whole = await File.ReadAllTextAsync(_folder.File(file));
        _folder.Write(file, whole[..(int)(whole.Length * part)]);

        await WaitForErrorAsync(host);
        (await TlsClient.LookAsync(host.SecureUrl, _authority.Certificate)).Should().Be("CN=first");
        _folder.Write(file, whole);
        await WaitForShownAsync(host, "CN=second");
        host.Logs.Entries.Items.Should().ContainSingle(entry => IsUnusable(entry));
    }

    [Fact]
    public async Task Renewal_CertificateOfAnotherKey_KeepsTheOldOne()
    {
        await using var host = await TlsHost.StartAsync(TlsHost.Write(_folder, _authority.Issue("first")));
        host.AllowErrors(IsUnusable);

        _folder.Write("tls.crt", _authority.Issue("second").CertPem);

        (await WaitForErrorAsync(host)).Message.Should().Contain("key");
        (await TlsClient.LookAsync(host.SecureUrl)).Should().Be("CN=first");
    }

    [Fact]
    public async Task Renewal_CertificateForClients_KeepsTheOldOne()
    {
        await using var host = await TlsHost.StartAsync(TlsHost.Write(_folder, _authority.Issue("first")));
        host.AllowErrors(IsUnusable);

        TlsHost.Write(_folder, _authority.Issue("second", TestAuthority.ForClients));

        (await WaitForErrorAsync(host)).Message.Should().Contain("CN=second").And.Contain("not for a server");
        (await TlsClient.LookAsync(host.SecureUrl)).Should().Be("CN=first");
    }

    /// <summary>As Kubernetes mounts secrets: the files are links through a folder that is a link, which is replaced in one step.</summary>
    [Fact]
    public async Task Renewal_LinkPointedElsewhere_IsSeen()
    {
        await MountAsync("first");
        await using var host = await TlsHost.StartAsync(LinkFiles());
        (await TlsClient.LookAsync(host.SecureUrl)).Should().Be("CN=first");

        await MountAsync("second");

        await WaitForShownAsync(host, "CN=second");
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    private async Task MountAsync(string name)
    {
        var target = Directory.CreateDirectory(_folder.File($"..{name}")).FullName;
        var certificate = _authority.Issue(name);
        await File.WriteAllTextAsync(Path.Combine(target, "tls.crt"), certificate.CertPem);
        await File.WriteAllTextAsync(Path.Combine(target, "tls.key"), certificate.KeyPem);
        Directory.CreateSymbolicLink(_folder.File("..new"), target);
        // rename(2): whoever opens a file meanwhile has the old one or the new one. .NET moves no link onto another.
        (await ProcessRun.RunAsync("mv", ["-T", _folder.File("..new"), _folder.File("..data")])).EnsureSuccess();
    }

    private (string Key, string? Value)[] LinkFiles()
    {
        File.CreateSymbolicLink(_folder.File("tls.crt"), "..data/tls.crt");
        File.CreateSymbolicLink(_folder.File("tls.key"), "..data/tls.key");
        return [("CertFile", _folder.File("tls.crt")), ("KeyFile", _folder.File("tls.key"))];
    }

    private static bool IsUnusable(LogEntry entry) => entry.EventId.Id == Unusable && entry.Level == LogLevel.Error;

    private static Task WaitForShownAsync(BridgeHost host, string subject) =>
        Eventually.HoldsAsync(async () => await TlsClient.LookAsync(host.SecureUrl) == subject, describe: () => subject);

    /// <summary>It looks at the files when somebody comes.</summary>
    private static async Task<LogEntry> WaitForErrorAsync(BridgeHost host)
    {
        await Eventually.HoldsAsync(async () =>
        {
            await TlsClient.LookAsync(host.SecureUrl);
            return host.Logs.Entries.Items.Any(IsUnusable);
        });
        return host.Logs.Entries.Items.First(IsUnusable);
    }
}
