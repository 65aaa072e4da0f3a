using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.Messages;
using Bridge.Server.Pipeline;

namespace Bridge.Server.Publishing;

/// <summary>Publishes what a caller may publish: stamped with who it was, and written down, measured and traced with what became of it.</summary>
internal sealed class AuditedPublisher(
    BrokerManager brokers, DurablePublisher durable, PublishSteps steps, AuditLog audit, PublishMetrics metrics, PublishTraces traces, TimeProvider time)
{
    private readonly PublishOperation _publish = new("publish", metrics.Published);
    private readonly PublishOperation _request = new("request", metrics.Requested);

    /// <inheritdoc cref="BrokerManager.PublishAsync"/>
    public Task<PublishReceipt> PublishAsync(Caller caller, PublishRequest request, CancellationToken cancellationToken) => RunAsync(
        _publish,
        caller,
        request,
        stamp => steps.RunAsync(request, caller.User, made => durable.PublishAsync(stamp(made), cancellationToken), () => Dropped(request)),
        receipt => NameOf(receipt.Reason),
        receipt => receipt.Topic == request.Topic && receipt.BrokerKey == request.BrokerKey ? "" : $", as '{LogText.Of(receipt.Topic)}' on broker '{receipt.BrokerKey}'");

    /// <inheritdoc cref="BrokerManager.RequestAsync"/>
    public Task<BridgeMessage> RequestAsync(Caller caller, PublishRequest request, TimeSpan timeout, CancellationToken cancellationToken) => RunAsync(
        _request,
        caller,
        request,
        stamp => steps.RunAsync(request, caller.User, made => brokers.RequestAsync(stamp(made), timeout, cancellationToken), dropped: null),
        _ => "replied",
        _ => "");

    private async Task<T> RunAsync<T>(
        PublishOperation operation,
        Caller caller,
        PublishRequest request,
        Func<Func<PublishRequest, PublishRequest>, Task<T>> publish,
        Func<T, string> nameResult,
        Func<T, string> describeChange)
    {
        var (name, began) = (Stamp.Next(), time.GetTimestamp());
        var (result, change, isFailure) = ("given up", "", true);
        using var trace = traces.Start(operation.Name, caller, request);
        var isKnown = brokers.TryGet(request.BrokerKey, out _);
        try
        {
            // Behind the steps: they are not to say who published, and may reroute to a broker that cannot be told.
            var answer = await publish(made => brokers.TryGet(made.BrokerKey, out var broker) && broker.IsMqtt5 ? Stamp.Put(made, caller, name, trace) : made);
            (result, change, isFailure) = (nameResult(answer), describeChange(answer), false);
            return answer;
        }
        catch (BridgeException failure)
        {
            result = failure.Code;
            throw;
        }
        finally
        {
            audit.Published(caller, request, name, result + change);
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
        PublishReason.Dropped => "dropped",
        _ => "queued",
    };

    private static PublishReceipt Dropped(PublishRequest request) => new()
    {
        BrokerKey = request.BrokerKey,
        Topic = request.Topic,
        QualityOfService = request.QualityOfService,
        Reason = PublishReason.Dropped,
    };

    /// <param name="Name">What traces call it.</param>
    /// <param name="Measure">Takes how long it took, with its broker and its result.</param>
    private sealed record PublishOperation(string Name, Action<string, string, TimeSpan> Measure);
}
