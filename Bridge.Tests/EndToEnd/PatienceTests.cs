using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>Who reads late is waited for as long as the settings say, and not as long as SignalR would by itself.</summary>
public sealed class PatienceTests
{
    private const int Messages = 2000;

    private static readonly string[] Topics = [.. Enumerable.Range(0, 50).Select(index => $"t/{index}")];

    /// <summary>It ends a connection whose answer it could not send for 10 s, and looks once a second.</summary>
    private static readonly TimeSpan SignalRsOwn = TimeSpan.FromSeconds(12);

    [ToolFact(Tool.Mosquitto)]
    public async Task Read_LaterThanSignalRWouldWait_GoesOn()
    {
        await using var limited = await FloodScene.StartAsync(("Bridge:Limits:SendTimeoutSeconds", "30"));
        await using var unlimited = await FloodScene.StartAsync(("Bridge:Limits:SendTimeoutSeconds", "0"));

        await Task.WhenAll(ReadLateAsync(limited), ReadLateAsync(unlimited));
    }

    private static async Task ReadLateAsync(FloodScene scene)
    {
        await using var reader = await scene.SubscribeReaderAsync();
        await using var slow = await scene.SubscribeAsync(new SubscribeRequest { Topic = "#", Snapshot = false }, "json", receiveBuffer: 65_536);
        var reading = reader.ReadAsync(Messages, scene.Flood.Confirm);
        await scene.Flood.PublishAsync(Messages, Topics);
        await reading;

        // The answer waits behind a batch that nobody takes.
        await slow.InvokeAsync(HubMethods.GetLast, new GetLastRequest { BrokerKey = FloodScene.BrokerKey, Topic = "#" });
        var asked = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync(() => TimeProvider.System.GetElapsedTime(asked) > SignalRsOwn);

        await slow.ReadAsync(Messages);
        slow.Skipped.Should().BePositive("otherwise nothing waited");
        (slow.Received + slow.Skipped).Should().Be(Messages);
        slow.Last.Should().Equal(reader.Last);
    }
}
