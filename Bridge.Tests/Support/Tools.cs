namespace Bridge.Tests.Support;

/// <summary>Finds the programs of <see cref="Tool"/>.</summary>
internal static class Tools
{
    // Debian keeps the broker in sbin, which is not in everybody's PATH.
    private static readonly string[] Folders =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin",
    ];

    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome"];

    public static string Mosquitto => Require("mosquitto");

    public static string MosquittoPub => Require("mosquitto_pub");

    public static string MosquittoSub => Require("mosquitto_sub");

    public static string MosquittoPasswd => Require("mosquitto_passwd");

    public static string Node => Require("node");

    public static string OpenSsl => Require("openssl");

    public static string Curl => Require("curl");

    public static string Chromium => Browsers.Select(Find).FirstOrDefault(path => path is not null) ?? Require(Browsers[0]);

    /// <summary>Why these tools cannot be used, with the way to get them; null when all are there.</summary>
    public static string? WhyMissing(Tool tools)
    {
        var reasons = Enum.GetValues<Tool>().Where(tool => tool != Tool.None && tools.HasFlag(tool)).Select(ReasonFor);
        var missing = string.Join(" ", reasons.OfType<string>());
        return missing.Length == 0 ? null : missing;
    }

    private static string? ReasonFor(Tool tool) => tool switch
    {
        Tool.Mosquitto when Lacks("mosquitto", "mosquitto_passwd", "mosquitto_pub", "mosquitto_sub") =>
            "Needs mosquitto and its clients: ./test.sh installs them, or apt-get install mosquitto mosquitto-clients.",
        Tool.Node when Lacks("node") =>
            "Needs Node.js: ./test.sh installs it, or see https://nodejs.org.",
        Tool.Node when !Directory.Exists(Path.Combine(NodeClient.Folder, "node_modules")) =>
            "Needs the packages in Bridge.Tests/Node: run npm ci there; the build does so when it finds npm.",
        Tool.Chromium when Browsers.All(name => Find(name) is null) =>
            "Needs Chromium: ./test.sh installs it, or apt-get install chromium.",
        Tool.OpenSsl when Lacks("openssl") =>
            "Needs OpenSSL 3: ./test.sh installs it, or apt-get install openssl.",
        Tool.Curl when Lacks("curl") =>
            "Needs curl: ./test.sh installs it, or apt-get install curl.",
        Tool.Mount when !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess =>
            "Mounts a small disk, which only root may do, on Linux.",
        _ => null,
    };

    private static bool Lacks(params string[] programs) => programs.Any(program => Find(program) is null);

    private static string Require(string program) => Find(program)
        ?? throw new FileNotFoundException($"{program} is neither in PATH nor in a usual folder.");

    private static string? Find(string program)
    {
        var file = OperatingSystem.IsWindows() ? $"{program}.exe" : program;
        return Folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }
}
