using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>Connections that do not read what they are sent, beside one that does.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    private const int Stalled = 50;
    private const long Megabyte = 1_048_576;
    private const int Warming = 10_000;
    private const int MessagesEach = 1040;

    /// <summary>The process grows by 4 MB in the same time without connections that do not read; the rest is what a heap varies by.</summary>
    private const long Allowance = 16 * Megabyte;

    /// <summary>What the bridge leaves to the system is half of it.</summary>
    private const long MostInTheSystem = 262_144;

    private static readonly string[] Topics = [.. Enumerable.Range(0, 500).Select(index => $"a/b/c/d/e/f/{index}")];
    private static readonly string[] FewTopics = Topics[..100];
    private static readonly string[] Protocols = ["json", "messagepack"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly List<FloodReader> _slow = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var connection in _slow)
            await connection.DisposeAsync();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Subscribe_ByFiftyWhoNeverRead_CostsOthersNothingAndLittleMemory()
    {
        // All of them stay, however long it takes. Garbage is collected early, and what has gone by is not kept: what is measured is what is held for connections.
        await using var scene = await FloodScene.StartAsync(
            ("Bridge:Cache:RecentMessages", "0"), ("DOTNET_gcServer", "0"), ("DOTNET_GCgen0size", "0x400000"), ("Bridge:Limits:SendTimeoutSeconds", "0"));
        await using var reader = await scene.SubscribeReaderAsync();
        var reading = reader.ReadAsync(Warming + ((Stalled + 1) * MessagesEach), scene.Flood.Confirm, Patience);
        await scene.Flood.PublishAsync(Warming, Topics);
        var before = LinuxFigures.ResidentBytes(scene.Bridge.Id);

        // One after the other, with filters that are no two alike: they share nothing.
        for (var i = 0; i < Stalled; i++)
        {
            _slow.Add(await scene.SubscribeAsync(new SubscribeRequest { Topic = FilterOf(i) }, Protocols[i % 2]));
            await scene.Flood.PublishAsync(MessagesEach, Topics);
        }

        await scene.Flood.PublishAsync(MessagesEach, Topics);
        await reading;

        reader.Skipped.Should().Be(0);
        var grown = LinuxFigures.ResidentBytes(scene.Bridge.Id) - before;
        grown.GetValueOrDefault().Should().BeLessThan((Stalled * Megabyte) + Allowance);
        var queues = LinuxFigures.SendQueues(scene.Port);
        if (queues is not null)
            _slow.Select(connection => queues[connection.Port]).Should().OnlyContain(bytes => bytes > 0 && bytes < MostInTheSystem);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Read_AfterAWhile_EndsWithTheLastValuesAndAccountsForAll()
    {
        const int messages = 6050;
        await using var scene = await FloodScene.StartAsync();
        await using var reader = await scene.SubscribeReaderAsync();
        var all = new SubscribeRequest { Topic = "a/#", Snapshot = false };
        var latest = all with { Mode = SubscriptionMode.Latest, MaxRate = 50 };
        for (var i = 0; i < 4; i++)
            _slow.Add(await scene.SubscribeAsync(i < 2 ? all : latest, Protocols[i % 2], receiveBuffer: 65_536));

        var reading = reader.ReadAsync(messages, scene.Flood.Confirm, Patience);
        await scene.Flood.PublishAsync(messages, FewTopics);
        await reading;

        reader.Skipped.Should().Be(0);
        foreach (var slow in _slow)
        {
            await slow.ReadAsync(messages, timeout: Patience);
            slow.Skipped.Should().BePositive("otherwise it was not slow");
            (slow.Received + slow.Skipped).Should().Be(messages);
            slow.Last.Should().Equal(reader.Last);
            slow.Last.Values.Should().BeEquivalentTo(Enumerable.Range(messages - FewTopics.Length, FewTopics.Length));
        }
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Subscribe_ByThoseWhoNeverRead_EndsTheirConnectionsAndNoOther()
    {
        await using var scene = await FloodScene.StartAsync(("Bridge:Limits:SendTimeoutSeconds", "1"));
        await using var reader = await scene.SubscribeReaderAsync();
        var reading = reader.ReadAsync(4100, scene.Flood.Confirm, Patience);
        await scene.Flood.PublishAsync(100, FewTopics);
        for (var i = 0; i < 4; i++)
        {
            var stalled = await scene.SubscribeAsync(new SubscribeRequest { Topic = "#", Snapshot = false }, Protocols[i % 2]);
            _slow.Add(stalled);
            // Of half of them SignalR's answers are the first that they do not take.
            if (i < 2)
                await AskAsync(stalled);
        }

        await scene.Flood.PublishAsync(2000, FewTopics);

        await Eventually.HoldsAsync(() => scene.Bridge.Output.Items.Count(IsEnd) == _slow.Count);
        foreach (var stalled in _slow)
        {
            await Eventually.HoldsAsync(() => LinuxFigures.SendQueues(scene.Port)?.ContainsKey(stalled.Port) != true);
            await FluentActions.Awaiting(() => stalled.ReadAsync(long.MaxValue)).Should().ThrowAsync<System.Net.WebSockets.WebSocketException>();
        }

        await scene.Flood.PublishAsync(2000, FewTopics);
        await reading;
        reader.Skipped.Should().Be(0);
        scene.Bridge.Output.Items.Count(IsEnd).Should().Be(_slow.Count);
    }

    private static async Task AskAsync(FloodReader stalled)
    {
        try
        {
            for (var asked = 0; asked < 10; asked++)
                await stalled.InvokeAsync(HubMethods.GetLast, new GetLastRequest { BrokerKey = FloodScene.BrokerKey, Topic = "#" });
        }
        catch (System.Net.WebSockets.WebSocketException)
        {
            // It has been ended meanwhile.
        }
    }

    private static bool IsEnd(string line) => line.Contains("took nothing of what it was sent for 1 s", StringComparison.Ordinal);

    /// <summary>Filters that all match, and are no two alike: connections share nothing by them.</summary>
    private static string FilterOf(int index) =>
        string.Join('/', "a/b/c/d/e/f".Split('/').Select((level, at) => (index >> at & 1) == 0 ? level : "+")) + "/+";
}
