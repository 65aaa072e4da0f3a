using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>A class of its own: it takes a minute, and runs beside others.</summary>
public sealed class LinkFreezeTests
{
    private static readonly TimeSpan Freeze = TimeSpan.FromSeconds(60);

    [ToolFact(Tool.Mosquitto)]
    public async Task Broker_FrozenForAMinute_IsToldAndTakenUpAgain()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        // The one that is not small: half of it passes before the first ping without an answer.
        await using var scene = await LinkFaultScene.StartAsync(broker, ("KeepAliveSeconds", "20"));

        await broker.FreezeAsync();
        var began = TimeProvider.System.GetTimestamp();
        // The link looks well: it is sent, and waits on the disk when no answer has come.
        (await scene.PublishDurableAsync("meanwhile/1", "1")).Should().Be("queued");
        (await scene.ShouldBeDownAsync(began)).Should().Contain("silent for 20 s");
        (await scene.PublishDurableAsync("meanwhile/2", "2")).Should().Be("queued");
        await Eventually.HoldsAsync(() => TimeProvider.System.GetElapsedTime(began) > Freeze, 2 * Freeze);
        (await scene.GetBrokerAsync()).State.Should().NotBe(BrokerState.Connected);
        await broker.ThawAsync();

        await scene.ShouldRecoverAsync(broker);
        await scene.ShouldHaveArrivedAsync("meanwhile/1", "1");
        await scene.ShouldHaveArrivedAsync("meanwhile/2", "2");
    }
}
