namespace Bridge.Tests.Support;

/// <summary>Where the sources lie, found from where the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The <c>bin</c> subfolder that all projects of this build share, such as <c>Release/net10.0</c>.</summary>
    private static string BuildFolder => Path.GetRelativePath(PathOf("Bridge.Tests", "bin"), AppContext.BaseDirectory);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The assembly of another project, built in the same configuration as the tests that run now.</summary>
    public static string AssemblyOf(string project) => AssemblyOf(project, project);

    /// <summary>The same, for one in a folder of another name.</summary>
    public static string AssemblyOf(string folder, string project) => PathOf(folder, "bin", BuildFolder, $"{project}.dll");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "SignalRBridge.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No SignalRBridge.sln above {AppContext.BaseDirectory}");
    }
}
