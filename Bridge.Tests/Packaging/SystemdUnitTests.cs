using System.Globalization;
using Bridge.Server.Configuration;
using Bridge.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Bridge.Tests.Packaging;

/// <summary>The files of <c>deploy/systemd</c>.</summary>
public sealed class SystemdUnitTests
{
    private static readonly string Unit = Repository.PathOf("deploy", "systemd", "signalrbridge.service");
    private static readonly string Program = Path.ChangeExtension(Repository.AssemblyOf("Bridge.Server"), null);

    [Fact]
    public async Task Unit_IsOneForSystemd()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            // Not every machine has systemd; then at least nothing is in the wrong place.
            Lines().Select(line => line.Section).Distinct().Should().Equal("Unit", "Service", "Install");
            return;
        }

        using var folder = new TemporaryFolder();
        var copy = folder.Write("signalrbridge.service", (await File.ReadAllTextAsync(Unit)).Replace(Value("ExecStart"), Program, StringComparison.Ordinal));

        var verified = await ProcessRun.RunAsync("systemd-analyze", ["verify", "--man=no", copy]);
        verified.EnsureSuccess();
        verified.Errors.Should().NotContain("signalrbridge.service:");
        // 10 is the most exposed; in tenths.
        (await ProcessRun.RunAsync("systemd-analyze", ["security", "--offline=true", "--no-pager", "--threshold=20", copy])).EnsureSuccess();
    }

    [Fact]
    public void Unit_WaitsUntilTheBridgeHasStopped_AndLetsItCompile()
    {
        int.Parse(Value("TimeoutStopSec"), CultureInfo.InvariantCulture).Should().BeGreaterThan(5, "that is shutdownTimeoutSeconds");
        Value("KillSignal").Should().Be("SIGTERM");
        Lines().Should().NotContain(line => line.Key == "MemoryDenyWriteExecute");
        Path.GetFileName(Value("ExecStart")).Should().Be(Path.GetFileName(Program));
    }

    [Fact]
    public void Environment_HasSettingsThatThereAre_AndTheUnitsFolder()
    {
        var variables = Variables();

        variables["Bridge__Persistence__Path"].Should().StartWith($"/var/lib/{Value("StateDirectory")}/");
        variables.Keys.Where(name => !name.StartsWith("Bridge__", StringComparison.Ordinal)).Should().BeSubsetOf(
            ["ASPNETCORE_URLS", "Logging__Console__FormatterName", "DOTNET_USE_POLLING_FILE_WATCHER"]);
    }

    [Fact]
    public void Settings_OfTheExample_CanBeUsed()
    {
        using var folder = new TemporaryFolder();
        var example = File.ReadAllText(Repository.PathOf("deploy", "systemd", "appsettings.Production.json"));
        var password = folder.Write("mqtt.password", "secret");
        var file = folder.Write("appsettings.json", example.Replace("/etc/signalrbridge/mqtt.password", password, StringComparison.Ordinal));
        var configuration = new ConfigurationBuilder().AddJsonFile(file).AddInMemoryCollection(
            Variables().Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value))).Build();

        var options = BridgeOptionsLoader.Load(configuration, new TestEnvironment(folder.Path), []);

        options.Brokers.Should().ContainSingle();
        options.Access.Roles.Should().ContainKeys("admin", "viewer", "operator");
        options.Persistence.History.Should().ContainSingle();
    }

    private static string Value(string key) => Lines().Single(line => line.Key == key).Value;

    private static List<(string Section, string Key, string Value)> Lines()
    {
        var (lines, section) = (new List<(string, string, string)>(), "");
        foreach (var line in File.ReadLines(Unit).Where(line => line.Length > 0 && !line.StartsWith('#')))
        {
            if (line.StartsWith('['))
                section = line.Trim('[', ']');
            else
                lines.Add((section, line.Split('=', 2)[0], line.Split('=', 2)[1]));
        }

        return lines;
    }

    private static Dictionary<string, string> Variables() => File.ReadLines(Repository.PathOf("deploy", "systemd", "environment"))
        .Where(line => line.Length > 0 && !line.StartsWith('#'))
        .ToDictionary(line => line.Split('=', 2)[0], line => line.Split('=', 2)[1]);
}
