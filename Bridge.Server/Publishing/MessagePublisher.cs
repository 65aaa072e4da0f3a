using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>What every door publishes through.</summary>
internal sealed class MessagePublisher(BrokerManager brokers, IdempotentPublishes idempotent)
{
    /// <summary>As many messages of one call may wait for one broker's acknowledgement.</summary>
    private const int Window = 1000;

    /// <summary>Publishes, and completes when the broker has acknowledged. What has an idempotency key is published once.</summary>
    /// <exception cref="BridgeException">The message did not reach the broker, or may not have.</exception>
    public Task<PublishReceipt> PublishAsync(PublishRequest request, CancellationToken cancellationToken) => request.IdempotencyKey is null
        ? brokers.PublishAsync(request, cancellationToken)
        // Others may wait for it too: it does not end with who came first. What bounds it is the broker's timeout.
        : idempotent.PublishAsync(request, () => brokers.PublishAsync(request, CancellationToken.None), cancellationToken);

    /// <summary>Publishes a request, and completes with its reply (MQTT 5 §4.10).</summary>
    /// <exception cref="BridgeException">The broker did not take the request, or no reply came.</exception>
    public Task<BridgeMessage> RequestAsync(PublishRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        brokers.RequestAsync(request, timeout, cancellationToken);

    /// <summary>
    /// Publishes several messages, those to one broker in their order, and completes when each has its receipt or its failure.
    /// </summary>
    public Task PublishAllAsync(IEnumerable<PublishItem> items, CancellationToken cancellationToken) => Task.WhenAll(items
        .Where(item => item.Request is not null)
        .GroupBy(item => item.Request!.BrokerKey)
        .Select(item => PublishInOrderAsync(item, cancellationToken)));

    private async Task PublishInOrderAsync(IEnumerable<PublishItem> items, CancellationToken cancellationToken)
    {
        var unacknowledged = new Queue<Task>();
        var qualityOfService = default(QualityOfService);
        foreach (var item in items)
        {
            // QoS 0 would overtake messages that wait because the broker takes no more at a time.
            var most = item.Request!.QualityOfService == qualityOfService ? Window - 1 : 0;
            while (unacknowledged.Count > most)
                await unacknowledged.Dequeue();

            cancellationToken.ThrowIfCancellationRequested();
            qualityOfService = item.Request.QualityOfService;
            unacknowledged.Enqueue(item.PublishAsync(request => PublishAsync(request, cancellationToken)));
        }

        await Task.WhenAll(unacknowledged);
    }
}
