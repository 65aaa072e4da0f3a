using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>Publishes what a caller may publish: stamped with who it was, and written down, measured and traced with what became of it.</summary>
internal sealed class AuditedPublisher(
    BrokerManager brokers, DurablePublisher durable, AuditLog audit, PublishMetrics metrics, PublishTraces traces, TimeProvider time)
{
    private readonly PublishOperation _publish = new("publish", metrics.Published);
    private readonly PublishOperation _request = new("request", metrics.Requested);

    /// <inheritdoc cref="BrokerManager.PublishAsync"/>
    public Task<PublishReceipt> PublishAsync(Caller caller, PublishRequest request, CancellationToken cancellationToken) => RunAsync(
        _publish, caller, request, stamped => durable.PublishAsync(stamped, cancellationToken), receipt => NameOf(receipt.Reason));

    /// <inheritdoc cref="BrokerManager.RequestAsync"/>
    public Task<BridgeMessage> RequestAsync(Caller caller, PublishRequest request, TimeSpan timeout, CancellationToken cancellationToken) => RunAsync(
        _request, caller, request, stamped => brokers.RequestAsync(stamped, timeout, cancellationToken), _ => "replied");

    private async Task<T> RunAsync<T>(
        PublishOperation operation, Caller caller, PublishRequest request, Func<PublishRequest, Task<T>> publish, Func<T, string> describe)
    {
        var (name, began) = (Stamp.Next(), time.GetTimestamp());
        var (result, isFailure) = ("given up", true);
        using var trace = traces.Start(operation.Name, caller, request);
        var isKnown = brokers.TryGet(request.BrokerKey, out var broker);
        try
        {
            var answer = await publish(broker?.IsMqtt5 == true ? Stamp.Put(request, caller, name, trace) : request);
            (result, isFailure) = (describe(answer), false);
            return answer;
        }
        catch (BridgeException failure)
        {
            result = failure.Code;
            throw;
        }
        finally
        {
            audit.Published(caller, request, name, result);
            PublishTraces.SetResult(trace, result, isFailure);
            // A caller can name brokers without end.
            if (isKnown)
                operation.Measure(request.BrokerKey, result, time.GetElapsedTime(began));
        }
    }

    private static string NameOf(PublishReason reason) => reason switch
    {
        PublishReason.Success => "success",
        PublishReason.NoMatchingSubscribers => "noMatchingSubscribers",
        _ => "queued",
    };

    /// <param name="Name">What traces call it.</param>
    /// <param name="Measure">Takes how long it took, with its broker and its result.</param>
    private sealed record PublishOperation(string Name, Action<string, string, TimeSpan> Measure);
}
