using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Xunit.Abstractions;

namespace Bridge.Tests.Hostile;

/// <summary>
/// Random and mutated bytes through every door of a bridge that works meanwhile. It answers them or ends their connections, and nothing
/// else comes of them: no crash, no error in its log, no memory that stays, no connection that stays, and no harm to others.
/// </summary>
[Collection(nameof(HostileInputTests))]
public sealed class HostileInputTests(ITestOutputHelper output)
{
    private const int Seed = 4711;
    private const int MostSeeds = 1000;
    private const int Least = 200_000;
    private const long Megabyte = 1_048_576;
    private const long MostGrowth = 64 * Megabyte;

    private const int MostLines = 200;

    /// <summary>Those of the well-behaved clients, with some that wait for their next HTTP request.</summary>
    private const int MostOwnConnections = 16;

    private static readonly Attack[] Attacks =
    [
        new("hub, JSON", 50_000, 4, random => new HubAssault(new JsonHubInputs(random))),
        new("hub, MessagePack", 50_000, 8, random => new HubAssault(new MessagePackHubInputs(random))),
        new("hub, frames", 8_000, 8, random => new HubAssault(new FrameInputs(random))),
        new("hub, upgrade", 8_000, 8, random => new BrokenAssault(new UpgradeInputs(random).Next)),
        new("negotiate", 8_000, 2, random => new RequestAssault(new HttpInputs(HttpCorpus.Negotiate, random), tellsProblems: false)),
        new("GET /events", 30_000, 4, random => new RequestAssault(new HttpInputs(HttpCorpus.Events, random), tellsProblems: true)),
        new("GET /events, streams", 2_000, 2, random => new RequestAssault(new HttpInputs(HttpCorpus.Stream, random), tellsProblems: true)),
        new("POST /publish", 24_000, 4, random => new RequestAssault(new HttpInputs(HttpCorpus.Publish, random), tellsProblems: true)),
        new("POST /request", 4_000, 4, random => new RequestAssault(new HttpInputs(HttpCorpus.Request, random), tellsProblems: true)),
        new("other paths", 12_000, 4, random => new RequestAssault(new HttpInputs(HttpCorpus.Others, random), tellsProblems: true)),
        new("broken HTTP", 12_000, 16, random => new BrokenAssault(new BrokenInputs(random).Next)),
    ];

    [ToolFact(Tool.Mosquitto)]
    public async Task EveryDoor_RandomAndMutatedBytes_HarmNobody()
    {
        // Garbage is collected early, and there is room for few values: what stays is what a client can make stay.
        await using var scene = await HostileScene.StartAsync(("Bridge:Cache:MaxTopics", "1000"), ("Bridge:Cache:RecentMessages", "0"), ("DOTNET_gcServer", "0"), ("DOTNET_GCgen0size", "0x400000"));
        await using var before = await HubClient.ConnectAsync(scene.Bridge.HubUrl);
        await before.SubscribeAsync(HostileScene.BrokerKey, "before");
        await using var witness = await Witness.StartAsync(scene.Bridge);

        // Code that is compiled and buffers that are kept are no growth.
        await AttackAsync(scene, share: 20, Seed + (MostSeeds * Attacks.Length));
        var memory = LinuxFigures.ResidentBytes(scene.Bridge.Id);
        var counts = await AttackAsync(scene, share: 1, Seed);

        for (var i = 0; i < Attacks.Length; i++)
            counts[i].Should().BeGreaterThanOrEqualTo(Attacks[i].Inputs, Attacks[i].Name);
        counts.Sum().Should().BeGreaterThanOrEqualTo(Least);
        output.WriteLine($"Beside it {await witness.ShouldHaveSeenAllAsync()} numbers were published.");
        await scene.Broker.PublishAsync("before", "still there");
        await before.WaitForMessageAsync("before", message => message.GetText() == "still there");
        await Eventually.HoldsAsync(
            () => (LinuxFigures.SendQueues(scene.Port)?.Count ?? 0) <= MostOwnConnections, describe: () => $"{LinuxFigures.SendQueues(scene.Port)?.Count} connections are left");
        var after = LinuxFigures.ResidentBytes(scene.Bridge.Id);
        output.WriteLine($"Memory: {memory / Megabyte} MiB before, {after / Megabyte} after, {LinuxFigures.PeakResidentBytes(scene.Bridge.Id) / Megabyte} at the most.");
        (after - memory).GetValueOrDefault().Should().BeLessThan(MostGrowth);
        (await scene.Bridge.StopAsync()).Should().Be(0);
        scene.Complaints.Should().BeEmpty();
        scene.Bridge.Output.Items.Should().HaveCountLessThan(MostLines, "nobody may fill the log");
    }

    private async Task<int[]> AttackAsync(HostileScene scene, int share, int seed)
    {
        var attacks = Attacks.Select((attack, i) => RunAsync(attack with { Inputs = attack.Inputs / share }, scene.Port, seed + (i * MostSeeds))).ToArray();
        try
        {
            return await Task.WhenAll(attacks);
        }
        catch
        {
            foreach (var failed in attacks.Where(attack => attack.IsFaulted))
                output.WriteLine(failed.Exception!.InnerException!.Message);
            foreach (var line in scene.Bridge.Output.Items.TakeLast(50))
                output.WriteLine(line);
            throw;
        }
    }

    private async Task<int> RunAsync(Attack attack, int port, int seed)
    {
        var began = TimeProvider.System.GetTimestamp();
        var count = await attack.RunAsync(port, seed);
        output.WriteLine($"{attack.Name}: {count} inputs in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        return count;
    }
}

/// <summary>Alone: it takes all of the machine, and others would measure it.</summary>
[CollectionDefinition(nameof(HostileInputTests), DisableParallelization = true)]
public sealed class HostileInputGroup;
