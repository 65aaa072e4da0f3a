using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>What every door publishes through.</summary>
internal sealed class MessagePublisher(BrokerManager brokers, IdempotentPublishes idempotent)
{
    /// <summary>Publishes, and completes when the broker has acknowledged. What has an idempotency key is published once.</summary>
    /// <exception cref="BridgeException">The message did not reach the broker, or may not have.</exception>
    public Task<PublishReceipt> PublishAsync(PublishRequest request, CancellationToken cancellationToken) => request.IdempotencyKey is { } key
        ? PublishOnceAsync(request, key, cancellationToken)
        : brokers.PublishAsync(request, cancellationToken);

    /// <summary>Publishes a request, and completes with its reply (MQTT 5 §4.10).</summary>
    /// <exception cref="BridgeException">The broker did not take the request, or no reply came.</exception>
    public Task<BridgeMessage> RequestAsync(PublishRequest request, TimeSpan timeout, CancellationToken cancellationToken) =>
        brokers.RequestAsync(request, timeout, cancellationToken);

    /// <summary>
    /// Publishes several messages, those to one broker in their order, and completes when each has its receipt or its failure.
    /// </summary>
    /// <param name="items">The messages.</param>
    /// <param name="key">The idempotency key of all together; null where there is none, or each has its own.</param>
    /// <param name="cancellationToken">Ends the wait, and without a key also what was not published yet.</param>
    /// <exception cref="BridgeException">The key was used for something else, or too much is remembered.</exception>
    public Task PublishAllAsync(IEnumerable<PublishItem> items, string? key, CancellationToken cancellationToken)
    {
        // The others have their failure already, and are nothing that could be published twice.
        var readable = items.Where(item => item.Request is not null).ToList();
        if (key is not null && readable.Count > 0)
            return PublishAllOnceAsync(readable, key, cancellationToken);

        return OrderedPublishes.RunAsync(
            readable.Select(item => new OrderedPublish(
                item.Request!, () => item.PublishAsync(request => PublishAsync(request, cancellationToken)))),
            cancellationToken);
    }

    private async Task<PublishReceipt> PublishOnceAsync(PublishRequest request, string key, CancellationToken cancellationToken)
    {
        var answers = await idempotent.PublishAsync(
            key, MessageDigest.Of(request), 1, run => run.PublishAsync(0, () => PublishForAllAsync(request)), cancellationToken);
        return answers[0].For(request);
    }

    private async Task PublishAllOnceAsync(List<PublishItem> items, string key, CancellationToken cancellationToken)
    {
        var requests = items.ConvertAll(item => item.Request!);
        var answers = await idempotent.PublishAsync(
            key, MessageDigest.Of(requests), requests.Count, run => PublishMissingAsync(run, requests), cancellationToken);
        foreach (var (index, item) in items.Index())
            await item.PublishAsync(request => Task.FromResult(answers[index].For(request)));
    }

    private Task PublishMissingAsync(PublishRun run, List<PublishRequest> requests) => OrderedPublishes.RunAsync(
        requests.Index().Where(message => run.IsMissing(message.Index)).Select(message => new OrderedPublish(
            message.Item, () => run.PublishAsync(message.Index, () => PublishForAllAsync(message.Item)))),
        CancellationToken.None);

    /// <summary>Others may wait for it too: it does not end with who came first. What bounds it is the broker's timeout.</summary>
    private Task<PublishReceipt> PublishForAllAsync(PublishRequest request) => brokers.PublishAsync(request, CancellationToken.None);
}
