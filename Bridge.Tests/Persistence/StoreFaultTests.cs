using Bridge.Server.Configuration;
using Bridge.Server.Persistence;
using Bridge.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Persistence;

/// <summary>Files that cannot be used, and disks that do not work.</summary>
public sealed class StoreFaultTests : IDisposable
{
    private readonly StoreScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(0, "SQLite is only a name here")]
    [InlineData(4096, "")]
    [InlineData(8192, "rubbish in the midst of it")]
    public void Start_WithABrokenFile_SetsItAsideAndBegins(int at, string rubbish)
    {
        Fill();
        var broken = Break(at, rubbish);

        _scene.Start();
        _scene.Run.Receive("new", "1");
        _scene.Stop();

        _scene.Logs.Entries.Items.Should().ContainSingle(entry => entry.EventId.Id == 8001).Which.Level.Should().Be(LogLevel.Error);
        File.ReadAllBytes(SetAside("corrupt")).Should().Equal(broken, "it is kept as it was");
        _scene.Start();
        _scene.Values().Keys.Should().Equal("new");
    }

    [Fact]
    public void Start_WithTheFileOfANewerBridge_SetsItAside()
    {
        Fill();
        Execute($"PRAGMA user_version = {StoreFile.Version + 1}");

        _scene.Start();

        _scene.Values().Should().BeEmpty();
        File.Exists(SetAside("newer")).Should().BeTrue();
        _scene.Logs.Entries.Items.Single(entry => entry.EventId.Id == 8001).Message.Should().Contain("a newer bridge has written it");
    }

    [Fact]
    public void Start_WithAFileOfAnotherProgram_SetsItAside()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_scene.Path)!);
        Execute("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");

        _scene.Start();

        File.Exists(SetAside("foreign")).Should().BeTrue();
    }

    [Fact]
    public void Write_WhenTheFileBreaksMeanwhile_WritesAllIntoANewOne()
    {
        _scene.Start();
        // More than its writer keeps in memory, and than waits in the log beside it.
        const int topics = 20_000;
        SendAll(topics);
        _scene.Write();
        Break(4096, new string('?', 50_000));

        SendAll(topics);
        _scene.Write();
        _scene.Write();
        _scene.Crash();
        _scene.Start();

        _scene.Values().Should().HaveCount(topics);
        File.Exists(SetAside("corrupt")).Should().BeTrue();
    }

    [Fact]
    public void Start_WithAFileThatAnotherBridgeUses_SaysSo()
    {
        _scene.Start();
        var other = new Store(
            _scene.Options, new TestEnvironment("/"), new StoreHealth(_scene.Time), _scene.Time, new Logger<Store>(new LoggerFactory([_scene.Logs])));

        other.Invoking(store => store.Begin("plant", "other")).Should().Throw<BridgeConfigurationException>()
            .Which.Errors.Should().ContainSingle().Which.Should().StartWith("Bridge:Persistence:Path: ").And.Contain("is used by another bridge");
        _scene.Stop();
        other.Begin("plant", "other").Epoch.Should().Be("epoch", "the first has let go of it");
        other.Dispose();
    }

    [Fact]
    public async Task Write_WithAFolderThatCannotBeMade_GoesOnWhenItCan()
    {
        using var folder = new TemporaryFolder();
        folder.Write("data", "a file where the folder should be");
        using var scene = new StoreScene(folder.File("data/bridge.db"));
        scene.Start();
        scene.Run.Receive("a", "1");

        scene.Store.Write().Should().BeFalse();

        (await HealthOf(scene)).Should().Be(HealthStatus.Degraded);
        File.Delete(folder.File("data"));
        scene.Write();
        (await HealthOf(scene)).Should().Be(HealthStatus.Healthy);
        scene.Logs.Entries.Items.Select(entry => entry.EventId.Id).Should().Equal([8002, 8003], "it is said once, and that it is over");
        scene.Crash();
        scene.Start();
        scene.Values().Should().ContainKey("a");
    }

    [ToolFact(Tool.Mount)]
    public async Task Write_ToAFullDisk_RunsOnAndGoesOnWhenThereIsRoom()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 2);
        using var scene = new StoreScene(disk.File("bridge.db"));
        scene.Start();
        scene.Run.Receive("before", "1");
        scene.Write();
        disk.Fill();

        for (var i = 0; i < 100; i++)
            scene.Run.Receive($"t/{i}", new string('x', 5000));
        scene.Store.Write().Should().BeFalse();
        scene.Store.Write().Should().BeFalse();
        scene.Time.Advance(TimeSpan.FromSeconds(30));

        scene.Values().Should().HaveCount(101, "the bridge knows it all the same");
        (await HealthOf(scene)).Should().Be(HealthStatus.Degraded);
        scene.Health.Lag.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(30));
        disk.MakeRoom();
        scene.Write();
        (await HealthOf(scene)).Should().Be(HealthStatus.Healthy);
        scene.Health.Lag.Should().Be(TimeSpan.Zero);
        scene.Crash();
        scene.Start();
        scene.Values().Should().HaveCount(101);
        scene.Stop();
    }

    private void SendAll(int topics)
    {
        for (var i = 0; i < topics; i++)
            _scene.Run.Receive($"t/{i}", new string('x', 500));
    }

    private static async Task<HealthStatus> HealthOf(StoreScene scene) => (await scene.Health.CheckHealthAsync(new HealthCheckContext())).Status;

    private void Fill()
    {
        _scene.Start();
        for (var i = 0; i < 1000; i++)
            _scene.Run.Receive($"t/{i}", $"{i}");
        _scene.Stop();
    }

    private byte[] Break(int at, string rubbish)
    {
        using (var file = File.OpenWrite(_scene.Path))
        {
            if (rubbish.Length == 0)
                file.SetLength(at);
            file.Position = at;
            file.Write(System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(rubbish, 200))));
        }

        return File.ReadAllBytes(_scene.Path);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_scene.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private string SetAside(string kind) =>
        Directory.GetFiles(Path.GetDirectoryName(_scene.Path)!, $"bridge.db.{kind}-*").Should().ContainSingle(name => !name.EndsWith("-wal") && !name.EndsWith("-shm")).Which;
}
