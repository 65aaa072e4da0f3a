using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

public sealed class FrozenBrokerLinkTests
{
    private const int KeepAliveSeconds = 6;

    /// <summary>What a busy machine may add: all tests share its cores, and one thread pool. Far from what the system itself would take.</summary>
    private const double Margin = 12;

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public async Task Broker_Frozen_TimesPublishesOutAndTheLinkDown_AndIsTakenUpWhenItThaws(int qos, bool webSockets)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new MosquittoOptions { WebSockets = webSockets });
        await using var host = await LinkHost.ConnectAsync(
            broker,
            ("Url", webSockets ? broker.WebSocketUrl : broker.Url),
            ("KeepAliveSeconds", $"{KeepAliveSeconds}"), ("PublishTimeoutSeconds", "3"), ("ConnectTimeoutSeconds", "2"));
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
        timedOut.TotalSeconds.Should().BeInRange(2.9, 3 + Margin);
        declaredDown.TotalSeconds.Should().BeLessThan((1.5 * KeepAliveSeconds) + Margin);
        down.LastError.Should().Contain("silent");
        await broker.ThawAsync();

        await client.States.WaitForAsync(change => change.State == BrokerState.Connected, TimeSpan.FromSeconds(30));
        await client.PublishAsync(LinkHost.Key, "after", "1", (QualityOfService)qos);
        await client.WaitForMessageAsync("after");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_TimedOutBeforeItWasSent_IsNeverSent()
    {
        // One message may be unacknowledged: the second waits for the first.
        await using var broker = await MosquittoBroker.StartNewAsync(new MosquittoOptions { ExtraConfiguration = "max_inflight_messages 1" });
        await using var host = await LinkHost.ConnectAsync(broker, ("PublishTimeoutSeconds", "3"), ("ConnectTimeoutSeconds", "15"));
        await using var subscription = await broker.SubscribeAsync("#");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await broker.FreezeAsync();
        var sent = client.PublishAsync(LinkHost.Key, "sent", "1");
        var waiting = client.PublishAsync(LinkHost.Key, "waiting", "1");
        // The first to time out ends a link on which nothing can be sent any more, and with it the other's wait.
        await sent.Awaiting(publish => publish).Should().ThrowAsync<Exception>();
        await waiting.Awaiting(publish => publish).Should().ThrowAsync<Exception>();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Disconnected);
        await host.Logs.Entries.WaitForAsync(entry => entry.EventId.Id == 1002 && entry.Message.Contains("acknowledged none"));
        await broker.ThawAsync();

        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await client.PublishAsync(LinkHost.Key, "after", "1");
        await subscription.WaitForMessageAsync(message => message.Topic == "after");
        subscription.Messages.Should().NotContain(message => message.Topic == "waiting");
    }
}
