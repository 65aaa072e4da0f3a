using System.Security.Cryptography;
using System.Text;
using Bridge.Contracts;
using Bridge.Server.Messages;
using Bridge.Server.Topics;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>
/// Request and reply over a broker (MQTT 5 §4.10): all replies come back on one topic, whose subscription is kept from the first request on;
/// each finds its request by its correlation data. What arrives on that topic is the requester's, and the bridge shows it to nobody else.
/// </summary>
/// <param name="brokerKey">The broker's key.</param>
/// <param name="options">The broker's options.</param>
/// <param name="subscriptions">What is subscribed to at the broker.</param>
/// <param name="publish">Publishes a message, and waits for its acknowledgement so long at the most.</param>
/// <param name="time">The clock.</param>
internal sealed class Requester(
    string brokerKey,
    BrokerOptions options,
    UpstreamSubscriptions subscriptions,
    Func<PublishRequest, TimeSpan, CancellationToken, Task<PublishReceipt>> publish,
    TimeProvider time)
{
    /// <summary>As many requests may wait for their reply at a time.</summary>
    private const int MostWaiting = 10_000;

    private const int RandomCharacters = 16;

    private readonly PendingReplies _pending = new(MostWaiting);
    private readonly TopicFilter _filter = TopicFilter.Parse(options.ResponseTopic ?? DefaultTopic(options));
    private readonly Lock _gate = new();
    private IDisposable? _lease;

    /// <summary>The topic that replies come back on.</summary>
    public string ResponseTopic => _filter.Text;

    /// <inheritdoc cref="PendingReplies.Count"/>
    public int Waiting => _pending.Count;

    /// <inheritdoc cref="PendingReplies.Late"/>
    public long Late => _pending.Late;

    /// <summary>Publishes a request, and waits for its reply.</summary>
    /// <param name="request">The message.</param>
    /// <param name="timeout">How long subscribing, publishing and the reply may take together.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BridgeException">The broker did not take the request, or no reply came.</exception>
    public async Task<BridgeMessage> RequestAsync(PublishRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var pending = _pending.TryAdd()
            ?? throw new BridgeException(ErrorCodes.Overloaded, $"{MostWaiting} requests wait for their replies on broker '{brokerKey}' already.");
        var began = time.GetTimestamp();
        try
        {
            await SubscribeAsync(pending, timeout, cancellationToken);
            await PublishAsync(pending, request, timeout, Rest(), cancellationToken);
            return await pending.Task.WaitAsync(Rest(), time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A reply that has found its request at the last moment is no late one.
            return _pending.Remove(pending) ? throw NoReply($"No reply came within {timeout.TotalSeconds:0.#} s.") : await pending.Task;
        }
        finally
        {
            _pending.Remove(pending);
        }

        TimeSpan Rest() => timeout - time.GetElapsedTime(began) is var rest && rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    /// <summary>Takes what has arrived on the response topic.</summary>
    /// <param name="packet">The message.</param>
    /// <param name="problem">Why it is left out; null when it is not.</param>
    public void Receive(MqttPublishPacket packet, string? problem)
    {
        if (_pending.Take(packet.CorrelationData) is not { } pending)
            return;

        if (problem is null)
            pending.TrySetResult(packet.ToMessage(brokerKey, time.GetUtcNow()) with { CorrelationData = null });
        else
            pending.Fail(new BridgeException(ErrorCodes.PayloadTooLarge, $"The reply was left out: {problem}."));
    }

    /// <summary>Fails all that wait: the link has ended.</summary>
    public void Fail(BridgeException failure) => _pending.Fail(failure);

    private async Task SubscribeAsync(PendingReply pending, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var lease = Lease();
        var subscribed = subscriptions.WhenSubscribedAsync(_filter);
        if (subscribed.IsCompletedSuccessfully)
            return;

        subscribed.Observe();
        try
        {
            await Task.WhenAny(subscribed, pending.Task).WaitAsync(timeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new BridgeException(
                ErrorCodes.PublishTimeout,
                $"Broker '{brokerKey}' did not acknowledge the subscription to replies within {timeout.TotalSeconds:0.#} s; the request was not sent.");
        }

        // What cost the link is not tried again like this.
        if (subscribed.Exception?.InnerException is BridgeException { ReasonCode: not null })
            Release(lease);
        await (subscribed.IsCompleted ? subscribed : pending.Task);
    }

    /// <summary>Returns when the broker has acknowledged, or the reply has come, which says as much.</summary>
    private async Task PublishAsync(
        PendingReply pending, PublishRequest request, TimeSpan timeout, TimeSpan rest, CancellationToken cancellationToken)
    {
        var message = request with
        {
            ResponseTopic = ResponseTopic,
            CorrelationData = pending.Key.ToByteArray(),
            // Nobody shall work for somebody who has gone.
            ExpirySeconds = request.ExpirySeconds ?? (uint)Math.Ceiling(timeout.TotalSeconds),
        };
        var published = publish(message, rest, cancellationToken);
        published.Observe();
        if (await Task.WhenAny(published, pending.Task) != published)
            return;

        var receipt = await published;
        if (receipt.Reason == PublishReason.NoMatchingSubscribers && _pending.Remove(pending))
            throw NoReply($"Broker '{brokerKey}' knows nobody who listens on '{request.Topic}'.");
    }

    private IDisposable Lease()
    {
        lock (_gate)
            return _lease ??= subscriptions.Demand(_filter);
    }

    /// <summary>After the broker's refusal: the next request has it asked again.</summary>
    private void Release(IDisposable refused)
    {
        lock (_gate)
        {
            if (_lease != refused)
                return;
            _lease = null;
        }

        refused.Dispose();
    }

    private static BridgeException NoReply(string detail) => new(ErrorCodes.ReplyTimeout, detail);

    /// <summary>
    /// Where the broker keeps the session, it keeps the subscription over a restart of the bridge: under a new name each time, the old ones
    /// would stay for ever, and what comes on them would be taken for messages.
    /// </summary>
    private static string DefaultTopic(BrokerOptions options)
    {
        var own = options.CleanStart
            ? RandomNumberGenerator.GetHexString(RandomCharacters, lowercase: true)
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.ClientId!)))[..RandomCharacters];
        return $"bridge/replies/{own}";
    }
}
