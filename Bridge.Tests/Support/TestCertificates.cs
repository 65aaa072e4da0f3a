namespace Bridge.Tests.Support;

/// <summary>What <c>certs/make-dev-certs.sh</c> makes, once per test run, gone when the test run ends.</summary>
internal sealed class TestCertificates
{
    /// <summary>The password of <see cref="ClientPfx"/> and <see cref="EncryptedClientKey"/>.</summary>
    public const string Password = "development";

    private static readonly Lazy<TestCertificates> LazyTrusted = new(Make);
    private static readonly Lazy<TestCertificates> LazyStrange = new(Make);

    private TestCertificates(TemporaryFolder folder)
    {
        Folder = folder.Path;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
    }

    /// <summary>The set that brokers and clients of the tests agree on.</summary>
    public static TestCertificates Trusted => LazyTrusted.Value;

    /// <summary>A set by another CA, of the same name: to be refused wherever <see cref="Trusted"/> is expected.</summary>
    public static TestCertificates Strange => LazyStrange.Value;

    public string Folder { get; }

    public string Ca => File("ca.pem");

    public string ServerCertificate => File("server.crt");

    public string ServerKey => File("server.key");

    public string ClientCertificate => File("client.crt");

    public string ClientKey => File("client.key");

    public string EncryptedClientKey => File("client.enc.key");

    public string ClientPfx => File("client.pfx");

    /// <summary>A file with <see cref="Password"/>.</summary>
    public string PasswordFile => File("client.password");

    private string File(string name) => Path.Combine(Folder, name);

    private static TestCertificates Make()
    {
        var made = new TestCertificates(new());
        var script = Repository.PathOf("certs", "make-dev-certs.sh");
        var environment = new Dictionary<string, string?> { ["PFX_PASSWORD"] = Password };
        // Away from the caller's synchronisation context, which must not be needed to finish what it waits for here.
        Task.Run(() => ProcessRun.RunAsync("bash", [script, "--out", made.Folder], environment: environment))
            .GetAwaiter().GetResult().EnsureSuccess();
        return made;
    }
}
