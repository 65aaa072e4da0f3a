using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

public sealed class FrozenBrokerLinkTests
{
    private const int KeepAliveSeconds = 2;

    /// <summary>What a busy machine may add.</summary>
    private const double Margin = 2;

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Broker_Frozen_TimesPublishesOutAndTheLinkDown_AndIsTakenUpWhenItThaws(int qos)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(
            broker, ("KeepAliveSeconds", $"{KeepAliveSeconds}"), ("PublishTimeoutSeconds", "1"), ("ConnectTimeoutSeconds", "2"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await client.PublishAsync(LinkHost.Key, "before", "1");

        await broker.FreezeAsync();
        var began = TimeProvider.System.GetTimestamp();
        await FluentActions.Awaiting(() => client.PublishAsync(LinkHost.Key, "frozen", "1", (QualityOfService)qos))
            .Should().ThrowAsync<Exception>().WithMessage($"*{ErrorCodes.PublishTimeout}: *");
        var timedOut = TimeProvider.System.GetElapsedTime(began);
        var down = await client.States.WaitForAsync(change => change.State == BrokerState.Disconnected);
        var declaredDown = TimeProvider.System.GetElapsedTime(began);

        // Timers may be early by a tick.
        timedOut.TotalSeconds.Should().BeInRange(0.9, 1 + Margin);
        declaredDown.TotalSeconds.Should().BeLessThan((1.5 * KeepAliveSeconds) + Margin);
        down.LastError.Should().Contain("silent");
        await broker.ThawAsync();

        await client.States.WaitForAsync(change => change.State == BrokerState.Connected, TimeSpan.FromSeconds(30));
        await client.PublishAsync(LinkHost.Key, "after", "1", (QualityOfService)qos);
        await client.WaitForMessageAsync("after");
    }
}
