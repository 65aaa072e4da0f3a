using System.Globalization;
using Bridge.Tests.Support;

namespace Bridge.Tests.Packaging;

/// <summary>
/// What <c>dotnet publish</c> makes, started as the image starts it: from a folder that it cannot write to, and where the tests may do that, as
/// another user.
/// </summary>
public sealed class PublishedBridge : IAsyncLifetime, IDisposable
{
    /// <summary>The user of Microsoft's images.</summary>
    private const string UserId = "1654";

    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly TemporaryFolder _folder = new();

    private static bool IsRoot => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    internal string App => _folder.File("app");

    /// <summary>A folder that the program may not read.</summary>
    internal string Closed => _folder.File("closed");

    private string Data => _folder.File("data");

    public async Task InitializeAsync()
    {
        var configuration = Directory.GetParent(Repository.AssemblyOf("Bridge.Server"))!.Parent!.Name;
        var publish = await ProcessRun.RunAsync(
            "dotnet",
            ["publish", Repository.PathOf("Bridge.Server"), "--no-build", "--configuration", configuration, "--output", App, "-p:UseAppHost=false"],
            timeout: TimeSpan.FromMinutes(3),
            environment: new Dictionary<string, string?> { ["MSBUILDDISABLENODEREUSE"] = "1" });
        publish.EnsureSuccess();
        // As in the image.
        File.Delete(Path.Combine(App, "appsettings.Development.json"));
        Directory.CreateDirectory(Data);
        Directory.CreateDirectory(Closed);
        if (IsRoot)
            (await ProcessRun.RunAsync("chown", [UserId, Data])).EnsureSuccess();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.Path, ReadOnly | UnixFileMode.UserWrite);
            File.SetUnixFileMode(App, ReadOnly);
            File.SetUnixFileMode(Closed, UnixFileMode.None);
        }
    }

    public Task DisposeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(App, ReadOnly | UnixFileMode.UserWrite);
            File.SetUnixFileMode(Closed, ReadOnly | UnixFileMode.UserWrite);
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Starts a program of the image, with the image's variables.</summary>
    /// <param name="program">As the <c>Dockerfile</c> has it.</param>
    /// <param name="port">Instead of the image's port.</param>
    /// <param name="settings">Beside the image's variables.</param>
    internal ChildProcess Start(string[] program, int port, params IEnumerable<(string Key, string? Value)> settings)
    {
        var number = port.ToString(CultureInfo.InvariantCulture);
        string Here(string text) => text
            .Replace(Dockerfile.Single("EXPOSE").Value, number, StringComparison.Ordinal)
            .Replace($"{Dockerfile.Single("VOLUME").Value}/", $"{Data}/", StringComparison.Ordinal);
        // Nothing may be written but the data.
        var environment = new Dictionary<string, string?> { ["TMPDIR"] = App, ["HOME"] = App };
        foreach (var (key, value) in Dockerfile.Variables)
            environment[key] = Here(value!);
        foreach (var (key, value) in settings)
            environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        string[] command = [.. IsRoot ? ["setpriv", "--reuid", UserId, "--regid", UserId, "--clear-groups", "--no-new-privs"] : Array.Empty<string>(), .. program.Select(Here)];
        return ChildProcess.Start(command[0], command[1..], environment, App);
    }
}
