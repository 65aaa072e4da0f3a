namespace Bridge.Benchmarks.Peers;

/// <summary>Where the programs are that the load tool starts.</summary>
internal static class Programs
{
    // Debian keeps the broker in sbin, which is not in everybody's PATH.
    private static readonly string[] Folders =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        "/usr/sbin", "/usr/local/sbin",
    ];

    private static readonly string Root = FindRoot();

    public static string Mosquitto => Find("mosquitto")
        ?? throw new FileNotFoundException("mosquitto is needed: apt-get install mosquitto.");

    public static string? Node => Find("node");

    public static string Dotnet => Find("dotnet") ?? "dotnet";

    /// <summary>This program, as an argument for <see cref="Dotnet"/>.</summary>
    public static string Self { get; } = typeof(Programs).Assembly.Location;

    /// <summary>The bridge as it was built along with this program, so in the same configuration.</summary>
    public static string Bridge { get; } = Path.Combine(
        Root, "Bridge.Server", "bin", Path.GetRelativePath(Path.Combine(Root, "Bridge.Benchmarks", "bin"), AppContext.BaseDirectory), "Bridge.Server.dll");

    /// <summary>Why there are no Node.js peers; null when there are.</summary>
    public static string? WhyNoNode =>
        Node is null ? "there is no node in PATH"
        : !Directory.Exists(Script("node_modules")) ? "run npm ci in Bridge.Benchmarks/Peers"
        : null;

    public static string Script(string name) => Path.Combine(Root, "Bridge.Benchmarks", "Peers", name);

    private static string? Find(string program) => Folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SignalRBridge.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No SignalRBridge.sln above {AppContext.BaseDirectory}");
    }
}
