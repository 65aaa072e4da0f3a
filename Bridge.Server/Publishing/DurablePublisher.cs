using System.Collections.Concurrent;
using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Persistence;

namespace Bridge.Server.Publishing;

/// <summary>
/// Publishes to brokers; what is durable goes to the disk first, and from there to its broker: in order, and also in a later run of the
/// bridge.
/// </summary>
internal sealed class DurablePublisher(
    BrokerManager brokers, PublishQueue queue, BridgeOptions options, TimeProvider time, ILogger<DurablePublisher> logger) : IHostedService, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, DurableSender> _senders = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private bool _isDisposed;

    /// <summary>Goes on with what waits from the run before.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var brokerKey in queue.FindBrokers())
            SenderTo(brokerKey).Wake();
        return Task.CompletedTask;
    }

    /// <summary>Publishes, and completes when the broker has acknowledged, or a durable message is on the disk and the broker away.</summary>
    /// <exception cref="BridgeException">The message did not reach the broker, or may not have; or the disk.</exception>
    public Task<PublishReceipt> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var broker = brokers.Get(request.BrokerKey);
        if (!(request.Durable ?? broker.Options.DurablePublishes))
            return brokers.PublishAsync(request, cancellationToken);

        if (!options.Persistence.IsOn)
            throw BridgeException.RequestInvalid("'durable' needs a disk: Bridge:Persistence:Path is empty.");
        if (request.QualityOfService == QualityOfService.ExactlyOnce && broker.Options.CleanStart)
            throw BridgeException.RequestInvalid($"'durable' with QoS 2 needs a session that outlasts the link: CleanStart false, and a ClientId, for broker '{broker.Key}'.");
        brokers.ThrowIfInvalid(request);
        broker.ThrowIfNotTaken(request);
        return SenderTo(broker.Key).PublishAsync(request, cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_senders.Values.Select(sender => sender.Ended)).WaitAsync(cancellationToken);
    }

    /// <summary>For a host that was never stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;

        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    private DurableSender SenderTo(string brokerKey) => _senders.GetOrAdd(
        brokerKey,
        key => new DurableSender(key, brokers, queue, options.Persistence.QueueAge, time, logger, _stopping.Token));
}
