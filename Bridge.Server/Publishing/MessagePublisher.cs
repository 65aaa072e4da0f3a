using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>What every door publishes through.</summary>
internal sealed class MessagePublisher(AuditedPublisher publisher, IdempotentPublishes idempotent, AccessChecks access, CallerLimits limits)
{
    /// <summary>Publishes, and completes when the broker has acknowledged. What has an idempotency key is published once.</summary>
    /// <exception cref="BridgeException">The caller may not, or the message did not reach the broker, or may not have.</exception>
    public Task<PublishReceipt> PublishAsync(Caller caller, PublishRequest request, CancellationToken cancellationToken)
    {
        access.ThrowUnlessPublishable(caller, request);
        return PublishAllowedAsync(caller, request, cancellationToken);
    }

    /// <summary>Publishes a request, and completes with its reply (MQTT 5 §4.10).</summary>
    /// <exception cref="BridgeException">The caller may not, the broker did not take the request, or no reply came.</exception>
    public async Task<BridgeMessage> RequestAsync(Caller caller, PublishRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        access.ThrowUnlessRequestable(caller, request);
        using var held = limits.HoldRequest(caller);
        limits.CountPublish(caller, request.Payload.Length);
        return await publisher.RequestAsync(caller, request, timeout, cancellationToken);
    }

    /// <summary>
    /// Publishes several messages, those to one broker in their order, and completes when each has its receipt or its failure.
    /// </summary>
    /// <param name="caller">Who publishes.</param>
    /// <param name="items">The messages.</param>
    /// <param name="key">The idempotency key of all together; null where there is none, or each has its own.</param>
    /// <param name="cancellationToken">Ends the wait, and without a key also what was not published yet.</param>
    /// <exception cref="BridgeException">The key was used for something else, or too much is remembered.</exception>
    public Task PublishAllAsync(Caller caller, IEnumerable<PublishItem> items, string? key, CancellationToken cancellationToken)
    {
        // The others have their failure already, and are nothing that could be published twice.
        var allowed = items.Where(item => item.Passes(request => access.ThrowUnlessPublishable(caller, request))).ToList();
        if (key is not null && allowed.Count > 0)
            return PublishAllOnceAsync(caller, allowed, key, cancellationToken);

        return OrderedPublishes.RunAsync(
            allowed.Select(item => new OrderedPublish(
                item.Request!, () => item.PublishAsync(request => PublishAllowedAsync(caller, request, cancellationToken)))),
            cancellationToken);
    }

    private Task<PublishReceipt> PublishAllowedAsync(Caller caller, PublishRequest request, CancellationToken cancellationToken) =>
        request.IdempotencyKey is { } key
            ? PublishOnceAsync(caller, request, key, cancellationToken)
            : SendAsync(caller, request, cancellationToken);

    private async Task<PublishReceipt> PublishOnceAsync(Caller caller, PublishRequest request, string key, CancellationToken cancellationToken)
    {
        var answers = await idempotent.PublishAsync(
            new(caller.Id, key), MessageDigest.Of(request), 1, run => run.PublishAsync(0, () => PublishForAllAsync(caller, request)), cancellationToken);
        return answers[0].For(request);
    }

    private async Task PublishAllOnceAsync(Caller caller, List<PublishItem> items, string key, CancellationToken cancellationToken)
    {
        var requests = items.ConvertAll(item => item.Request!);
        var answers = await idempotent.PublishAsync(
            new(caller.Id, key), MessageDigest.Of(requests), requests.Count, run => PublishMissingAsync(caller, run, requests), cancellationToken);
        foreach (var (index, item) in items.Index())
            await item.PublishAsync(request => Task.FromResult(answers[index].For(request)));
    }

    private Task PublishMissingAsync(Caller caller, PublishRun run, List<PublishRequest> requests) => OrderedPublishes.RunAsync(
        requests.Index().Where(message => run.IsMissing(message.Index)).Select(message => new OrderedPublish(
            message.Item, () => run.PublishAsync(message.Index, () => PublishForAllAsync(caller, message.Item)))),
        CancellationToken.None);

    /// <summary>Others may wait for it too: it does not end with who came first. What bounds it is the broker's timeout.</summary>
    private Task<PublishReceipt> PublishForAllAsync(Caller caller, PublishRequest request) => SendAsync(caller, request, CancellationToken.None);

    /// <summary>What a key spares from being sent again does not count again.</summary>
    private Task<PublishReceipt> SendAsync(Caller caller, PublishRequest request, CancellationToken cancellationToken)
    {
        limits.CountPublish(caller, request.Payload.Length);
        return publisher.PublishAsync(caller, request, cancellationToken);
    }
}
