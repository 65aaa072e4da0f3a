using Bridge.Server.Configuration;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using YamlDotNet.RepresentationModel;

namespace Bridge.Tests.Packaging;

/// <summary><c>deploy/compose.yml</c>, and the broker that it configures.</summary>
public sealed class ComposeTests
{
    private static readonly string Deploy = Repository.PathOf("deploy");
    private static readonly YamlNode Compose = Load();

    [Fact]
    public void Services_AreBounded_AndCannotWriteWhatTheyNeedNot()
    {
        Services().Select(service => service.Name).Should().BeEquivalentTo("mosquitto", "bridge");
        foreach (var (_, service) in Services())
        {
            service["read_only"].ToString().Should().Be("true");
            service["mem_limit"].ToString().Should().EndWith("m");
            Texts(service["cap_drop"]).Should().Equal("ALL");
            Texts(service["healthcheck"]["test"])[0].Should().Be("CMD");
        }

        Texts(Service("bridge")["healthcheck"]["test"])[1..].Should().Equal(Dockerfile.Single("HEALTHCHECK").Program);
        Texts(Service("bridge")["ports"]).Should().Equal($"127.0.0.1:8080:{Dockerfile.Single("EXPOSE").Value}");
    }

    [Fact]
    public void Volumes_OfFiles_AreInTheRepositoryOrMadeByTheDocumentedSteps()
    {
        var steps = File.ReadAllText(Repository.PathOf("docs", "deployment.md"));
        var mounted = Mounts().Where(mount => mount.Source.StartsWith("./", StringComparison.Ordinal)).ToList();

        mounted.Should().HaveCountGreaterThan(2).And.OnlyContain(mount => mount.Options == "ro");
        foreach (var (source, _, _) in mounted)
        {
            if (source.StartsWith("./secrets/", StringComparison.Ordinal))
                steps.Should().Contain(source[2..]);
            else
                File.Exists(Path.Combine(Deploy, source)).Should().BeTrue(source);
        }

        var volumes = ((YamlMappingNode)Compose["volumes"]).Children.Keys.Select(key => key.ToString());
        Mounts().Where(mount => !mount.Source.StartsWith("./", StringComparison.Ordinal)).Select(mount => mount.Source).Should().BeEquivalentTo(volumes);
        Mounts().Should().Contain(mount => mount.Target == Dockerfile.Single("VOLUME").Value);
    }

    [Fact]
    public void Environment_OfTheBridge_CanBeUsed()
    {
        using var folder = new TemporaryFolder();

        var options = BridgeOptionsLoader.Load(
            new ConfigurationBuilder().AddInMemoryCollection(Settings(folder, new TestKey("admin", "admin"))).Build(), new TestEnvironment(folder.Path), []);

        options.Brokers.Keys.Should().Equal("plant");
        options.Brokers["plant"].Url.Should().Be("mqtt://mosquitto:1883", "that is the other service");
        options.Tls.AllowPlainHttp.Should().BeTrue();
    }

    /// <summary>The mosquitto of the compose file, but for its paths and its port, and the bridge's settings, but for its address.</summary>
    [ToolFact(Tool.Mosquitto)]
    public async Task Bridge_WithTheBrokerOfTheFile_IsLetIn()
    {
        using var folder = new TemporaryFolder();
        var port = LoopbackPort.Find();
        (await ProcessRun.RunAsync(Tools.MosquittoPasswd, ["-b", "-c", folder.File("mosquitto.passwords"), "bridge", "from the file"])).EnsureSuccess();
        File.Copy(Path.Combine(Deploy, "compose", "mosquitto.acl"), folder.File("mosquitto.acl"));
        var configuration = (await File.ReadAllTextAsync(Path.Combine(Deploy, "compose", "mosquitto.conf")))
            .Replace("/mosquitto/config/", $"{folder.Path}/", StringComparison.Ordinal)
            .Replace("/mosquitto/data/", $"{folder.Path}/", StringComparison.Ordinal)
            .Replace("listener 1883", $"listener {port} 127.0.0.1", StringComparison.Ordinal);
        await using var broker = ChildProcess.Start(
            Tools.Mosquitto, ["-c", folder.Write("mosquitto.conf", $"{configuration}\n{(Environment.IsPrivilegedProcess ? "user root\n" : "")}")]);
        var key = new TestKey("admin", "admin");
        var settings = Settings(folder, key);
        settings["Bridge:Brokers:plant:Url"] = $"mqtt://127.0.0.1:{port}";
        settings["Bridge:Persistence:Path"] = folder.File("bridge.db");
        await using var bridge = await BridgeHost.StartAsync(settings);
        bridge.Client.DefaultRequestHeaders.Add("X-Api-Key", key.Text);

        await bridge.WaitForStateAsync("plant", Bridge.Contracts.BrokerState.Connected);
    }

    /// <summary>What the service bridge is started with; its secrets are files of a folder.</summary>
    private static Dictionary<string, string?> Settings(TemporaryFolder folder, TestKey key)
    {
        var password = folder.Write("mqtt.password", "from the file\n");
        var hash = key.Settings(0).Single(setting => setting.Key.EndsWith(":Hash", StringComparison.Ordinal)).Value!;
        return ((YamlMappingNode)Service("bridge")["environment"]).Children.ToDictionary(
            pair => pair.Key.ToString().Replace("__", ":", StringComparison.Ordinal),
            pair => (string?)(pair.Value.ToString() switch
            {
                "/run/secrets/mqtt.password" => password,
                ['$', '{', .. var variable] when variable.StartsWith("BRIDGE_ADMIN_KEY_HASH:?", StringComparison.Ordinal) => hash,
                var text => text,
            }));
    }

    private static YamlNode Load()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(Deploy, "compose.yml"))));
        return yaml.Documents[0].RootNode;
    }

    private static IEnumerable<(string Name, YamlNode Service)> Services() =>
        ((YamlMappingNode)Compose["services"]).Children.Select(pair => (pair.Key.ToString(), pair.Value));

    private static YamlNode Service(string name) => Compose["services"][name];

    private static string[] Texts(YamlNode list) => [.. ((YamlSequenceNode)list).Select(item => item.ToString())];

    private static IEnumerable<(string Source, string Target, string Options)> Mounts() =>
        from service in Services()
        from volume in Texts(service.Service["volumes"])
        let parts = volume.Split(':')
        select (parts[0], parts[1], parts.ElementAtOrDefault(2) ?? "");
}
