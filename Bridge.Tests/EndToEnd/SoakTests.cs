using System.Globalization;
using Bridge.Tests.EndToEnd.Soak;
using Bridge.Tests.Support;
using Xunit.Abstractions;

namespace Bridge.Tests.EndToEnd;

/// <summary>
/// Hundreds of clients that come, go and stop reading, on brokers that fail all the time, beside a steady stream: each gets exactly what it
/// is due, and the bridge stays as it is. BRIDGE_SOAK_MINUTES makes it longer.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Clients = 300;

    /// <summary>How much more memory the last quarter may take than the second, in parts and in bytes: collections come when they come.</summary>
    private const double MemoryTolerance = 0.15;
    private const long MemoryMargin = 16 << 20;

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(30);

    [ToolFact(Tool.Mosquitto)]
    public async Task Bridge_AmongFailingBrokersAndRestlessClients_AccountsForEverything()
    {
        var seed = Random.Shared.Next(1_000_000);
        output.WriteLine($"Seed {seed}");
        await using var scene = await SoakScene.StartAsync(Clients, seed);
        var memory = new SoakMemory(scene.Bridge.Id);

        try
        {
            await scene.FailAsync(Duration(), new Random(seed), memory.Sample);
            await scene.FinishAsync();
        }
        finally
        {
            Tell(scene, memory);
        }

        ShouldAccountForEverything(scene);
        await ShouldHaveSeenAllAsync(scene);
        ShouldHaveLoggedNoError(scene.Bridge);
        memory.MedianOf(3).Should().BeLessThan((long)(memory.MedianOf(1) * (1 + MemoryTolerance)) + MemoryMargin, memory.ToString());
    }

    private static TimeSpan Duration() =>
        Environment.GetEnvironmentVariable("BRIDGE_SOAK_MINUTES") is { Length: > 0 } minutes
            ? TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture))
            : Short;

    private static void ShouldAccountForEverything(SoakScene scene)
    {
        var accounts = AccountsOf(scene);
        accounts.Select(item => item.Account.FindProblem(item.Log)).Where(problem => problem is not null).Should().BeEmpty();
        accounts.Sum(item => item.Account.Skipped).Should().BePositive("otherwise nobody was slow");
        accounts.Sum(item => item.Account.Resumed).Should().BePositive("otherwise nobody came back");
    }

    /// <summary>What the clients are held against is what the bridge says that it received.</summary>
    private static async Task ShouldHaveSeenAllAsync(SoakScene scene)
    {
        foreach (var broker in await scene.GetBrokersAsync())
        {
            broker.MessagesIn.Should().Be(scene.Witnesses[broker.BrokerKey].Log.Count);
            broker.MessagesLeftOut.Should().Be(0);
        }
    }

    private static void ShouldHaveLoggedNoError(BridgeProcess bridge)
    {
        bridge.Output.Items.Where(line => line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal))
            .Should().BeEmpty();
        bridge.Errors.Items.Should().BeEmpty();
        bridge.Output.Items.Should().NotContain(line => line.Contains("[6006]"), "nothing failed that nobody looked at");
        bridge.Output.Items.Should().Contain(line => line.Contains("Next attempt in"), "otherwise no link was ever down");
    }

    private static List<(SoakAccount Account, StreamLog Log)> AccountsOf(SoakScene scene) =>
        [.. scene.Clients.SelectMany(client => client.Accounts.Select(account => (account, scene.Witnesses[client.BrokerKey].Log)))];

    private void Tell(SoakScene scene, SoakMemory memory)
    {
        var accounts = AccountsOf(scene).ConvertAll(item => item.Account);
        output.WriteLine($"{scene.Faults} faults, links down {scene.Bridge.Output.Items.Count(line => line.Contains("Next attempt in"))} times");
        output.WriteLine($"{scene.Witnesses.Values.Sum(witness => witness.Log.Count)} messages in, {accounts.Count} subscriptions, resumed {accounts.Sum(account => account.Resumed)} times");
        output.WriteLine($"{accounts.Sum(account => account.Received)} received, {accounts.Sum(account => account.Skipped)} skipped");
        output.WriteLine($"Memory, {memory}");
        output.WriteLine($"The bridge's last words:\n{string.Join('\n', scene.Bridge.Output.Items.TakeLast(20))}");
    }
}
