using System.Threading.Channels;
using Bridge.Contracts;
using Bridge.Server.Messages;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Bridge.Server.Brokers;

/// <summary>Asks a broker for what is wanted from it, on one link after the other, and takes its answers.</summary>
internal sealed partial class UpstreamKeeper(
    string brokerKey,
    BrokerOptions options,
    bool isMqtt5,
    UpstreamSubscriptions subscriptions,
    IMessageConsumer consumer,
    Action<string> refused,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>As many filters as AWS IoT takes in one SUBSCRIBE packet.</summary>
    private const int FiltersPerPacket = 8;

    /// <summary>Holds one notice at the most: many changes are served in one go.</summary>
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Tells that there is something to send.</summary>
    public void Notify() => _changed.Writer.TryWrite(true);

    /// <summary>Keeps the subscriptions as they are wanted until the link ends or the bridge stops.</summary>
    public async Task KeepAsync(MqttSession session, CancellationToken stopping)
    {
        await SendAsync(session, alsoSuspects: true, stopping);
        while (!session.Ended.IsCompleted && !stopping.IsCancellationRequested)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            Task changed = _changed.Reader.WaitToReadAsync(ended.Token).AsTask();
            await Task.WhenAny(changed, session.Ended);
            await ended.CancelAsync();
            await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _changed.Reader.TryRead(out _);
            if (!session.Ended.IsCompleted && !stopping.IsCancellationRequested)
                await SendAsync(session, alsoSuspects: true, stopping);
        }
    }

    /// <summary>Subscribes before it unsubscribes, so that what stays wanted never stops.</summary>
    /// <param name="session">The link.</param>
    /// <param name="alsoSuspects">Whether also those filters that may cost the link.</param>
    /// <param name="stopping">Ends when the bridge stops.</param>
    public async Task SendAsync(MqttSession session, bool alsoSuspects, CancellationToken stopping)
    {
        var patience = TimeSpan.FromSeconds(options.ConnectTimeoutSeconds);
        while (subscriptions.TakeSubscribes(FiltersPerPacket, consumer.Advance, alsoSuspects) is { Count: > 0 } wanted)
        {
            var answer = await SubscribeAsync(session, wanted, patience, stopping);
            for (var i = 0; i < wanted.Count; i++)
                Acknowledge(wanted[i], answer.ReasonCodes.ElementAtOrDefault(i), answer.ReasonString);
        }

        while (subscriptions.TakeUnsubscribes(FiltersPerPacket) is { Count: > 0 } unwanted)
            await session.UnsubscribeAsync(unwanted.Select(filter => filter.Text)).WaitAsync(patience, time, stopping);
    }

    private async Task<MqttSubAckPacket> SubscribeAsync(
        MqttSession session, IReadOnlyList<UpstreamSubscription> wanted, TimeSpan patience, CancellationToken stopping)
    {
        var answered = session.SubscribeAsync(wanted.Select(ToPacket));
        answered.Observe();
        try
        {
            return await answered.WaitAsync(patience, time, stopping);
        }
        catch (Exception exception) when (exception is BrokerLinkException or TimeoutException)
        {
            var filters = string.Join(", ", wanted.Select(subscription => $"'{subscription.Filter.Text}'"));
            Log.LinkEndedInstead(logger, brokerKey, filters);
            subscriptions.Suspect(wanted, new BridgeException(
                ErrorCodes.BrokerRejected, $"The link to broker '{brokerKey}' ended each time it was asked for {filters}."));
            throw;
        }
    }

    private MqttTopicFilter ToPacket(UpstreamSubscription subscription) => new()
    {
        Topic = subscription.Filter.Text,
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)options.SubscribeQos,
        // The flag as the publisher set it, so that the cache knows what the broker retains.
        RetainAsPublished = isMqtt5,
    };

    private void Acknowledge(UpstreamSubscription subscription, MqttSubscribeReasonCode code, string? text)
    {
        if ((int)code < 0x80)
        {
            subscriptions.Accept(subscription);
            return;
        }

        var refusal = $"The broker refused to subscribe to '{subscription.Filter.Text}': {code} ({(int)code:X2}){(text is null ? "" : $", {text}")}.";
        Log.SubscriptionRefused(logger, brokerKey, refusal);
        // What clients ask for is told to them: others may not know of it.
        if (options.TopicsAtOnce.Contains(subscription.Filter.Text))
            refused(refusal);
        subscriptions.Refuse(subscription, PublishChecks.Refusal((int)code, refusal));
    }

    private static partial class Log
    {
        [LoggerMessage(1005, LogLevel.Warning, "Broker {BrokerKey}: the link ended instead of an answer to the subscription to {Filters}")]
        public static partial void LinkEndedInstead(ILogger logger, string brokerKey, string filters);

        [LoggerMessage(1003, LogLevel.Warning, "Broker {BrokerKey}: {Refusal}")]
        public static partial void SubscriptionRefused(ILogger logger, string brokerKey, string refusal);
    }
}
