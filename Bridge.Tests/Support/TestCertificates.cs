namespace Bridge.Tests.Support;

/// <summary>What <c>certs/make-dev-certs.sh</c> makes, once per test run, gone when the test run ends; or for one test.</summary>
internal sealed class TestCertificates : IDisposable
{
    /// <summary>The password of <see cref="ClientPfx"/> and <see cref="EncryptedClientKey"/>.</summary>
    public const string Password = "development";

    private static readonly Lazy<TestCertificates> LazyTrusted = new(Make);
    private static readonly Lazy<TestCertificates> LazyStrange = new(Make);

    private readonly TemporaryFolder _folder = new();

    private TestCertificates()
    {
    }

    /// <summary>The set that brokers and clients of the tests agree on.</summary>
    public static TestCertificates Trusted => LazyTrusted.Value;

    /// <summary>A set by another CA, of the same name: to be refused wherever <see cref="Trusted"/> is expected.</summary>
    public static TestCertificates Strange => LazyStrange.Value;

    public string Folder => _folder.Path;

    public string Ca => File("ca.pem");

    public string ServerCertificate => File("server.crt");

    public string ServerKey => File("server.key");

    public string ClientCertificate => File("client.crt");

    public string ClientKey => File("client.key");

    public string EncryptedClientKey => File("client.enc.key");

    public string ClientPfx => File("client.pfx");

    /// <summary>A file with <see cref="Password"/>.</summary>
    public string PasswordFile => File("client.password");

    /// <summary>A set of its own, by a CA of its own, for a test that changes it.</summary>
    public static TestCertificates MakeNew()
    {
        var made = new TestCertificates();
        made.Renew();
        return made;
    }

    /// <summary>Makes the certificates of the server and the client anew, by the same CA.</summary>
    public void Renew()
    {
        var script = Repository.PathOf("certs", "make-dev-certs.sh");
        var environment = new Dictionary<string, string?> { ["PFX_PASSWORD"] = Password };
        // Away from the caller's synchronisation context, which must not be needed to finish what it waits for here.
        Task.Run(() => ProcessRun.RunAsync("bash", [script, "--out", Folder], environment: environment))
            .GetAwaiter().GetResult().EnsureSuccess();
    }

    public void Dispose() => _folder.Dispose();

    private static TestCertificates Make()
    {
        var made = MakeNew();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => made.Dispose();
        return made;
    }

    private string File(string name) => Path.Combine(Folder, name);
}
