using System.Text.RegularExpressions;

namespace Bridge.Tests.Support;

/// <summary>The real bridge as a process of its own, as it runs in production.</summary>
internal sealed partial class BridgeProcess : IAsyncDisposable
{
    private static readonly Dictionary<string, string?> Listening = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
    };

    private readonly ChildProcess _process;

    private BridgeProcess(ChildProcess process, string url)
    {
        _process = process;
        Url = url;
        Client = new HttpClient { BaseAddress = new Uri(url) };
    }

    /// <summary><c>http://127.0.0.1:port</c></summary>
    public string Url { get; }

    public string HubUrl => $"{Url}/hub";

    /// <summary>Its base address is <see cref="Url"/>.</summary>
    public HttpClient Client { get; }

    public int Id => _process.Id;

    /// <summary>The lines it logged.</summary>
    public Collected<string> Output => _process.Output;

    /// <summary>What it says beside its log: why it ends.</summary>
    public Collected<string> Errors => _process.Errors;

    /// <summary>Starts the server built beside the tests; it accepts requests when this returns.</summary>
    /// <param name="settings">
    /// Configuration keys (<c>Bridge:Brokers:plant:Url</c>) or environment variables (<c>ASPNETCORE_ENVIRONMENT</c>); they go
    /// into the environment. Without others it listens on a free port of 127.0.0.1, in Production, at the repository's root, and everybody may do everything.
    /// </param>
    /// <param name="arguments">The command line.</param>
    public static async Task<BridgeProcess> StartAsync(
        IEnumerable<KeyValuePair<string, string?>>? settings = null, params string[] arguments)
    {
        return await StartAsync(Launch(settings, arguments));
    }

    private static async Task<BridgeProcess> StartAsync(ChildProcess process)
    {
        try
        {
            var line = await process.WaitForLineAsync(line => ListeningLine().IsMatch(line));
            return new(process, ListeningLine().Match(line).Groups[1].Value);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a copy of it in a folder of its own, with the settings that stand in the <c>appsettings.json</c> there.</summary>
    public static Task<BridgeProcess> StartInAsync(TemporaryFolder folder)
    {
        var assembly = Repository.AssemblyOf("Bridge.Server");
        var source = Path.GetDirectoryName(assembly)!;
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = folder.File(Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (!Path.GetFileName(file).StartsWith("appsettings", StringComparison.Ordinal))
                File.Copy(file, copy);
        }

        Directory.CreateDirectory(folder.File("wwwroot"));
        return StartAsync(Launch(folder.File(Path.GetFileName(assembly)), Listening, []));
    }

    /// <summary>Starts it without waiting that it listens: for commands, and for settings that it must refuse.</summary>
    public static ChildProcess Launch(IEnumerable<KeyValuePair<string, string?>>? settings = null, params string[] arguments)
    {
        var environment = new Dictionary<string, string?>(Listening);
        foreach (var (key, value) in TestPersistence.OrNone(TestAccess.OrEverybody(settings ?? [])))
            environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return Launch(Repository.AssemblyOf("Bridge.Server"), environment, arguments);
    }

    private static ChildProcess Launch(string assembly, Dictionary<string, string?> environment, string[] arguments) =>
        ChildProcess.Start("dotnet", [assembly, .. arguments], environment, Repository.Root);

    /// <summary>Asks it to end, as a service manager does, and returns its exit code.</summary>
    public Task<int> StopAsync(TimeSpan? timeout = null) => _process.StopAsync(timeout);

    /// <inheritdoc cref="ChildProcess.SignalAsync"/>
    public Task SignalAsync(string name) => _process.SignalAsync(name);

    /// <summary>Ends it at once, as a crash would.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        try
        {
            await _process.StopAsync();
        }
        finally
        {
            await _process.DisposeAsync();
        }

        Secrets.ShouldNotBeIn(Output.Items);
    }

    [GeneratedRegex("""Now listening on: (https?://[^\s"]+)""")]
    private static partial Regex ListeningLine();
}
