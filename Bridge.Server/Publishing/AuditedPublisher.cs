using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>Publishes what a caller may publish: stamped with who it was, and written down with what became of it.</summary>
internal sealed class AuditedPublisher(BrokerManager brokers, DurablePublisher durable, AuditLog audit)
{
    /// <inheritdoc cref="BrokerManager.PublishAsync"/>
    public Task<PublishReceipt> PublishAsync(Caller caller, PublishRequest request, CancellationToken cancellationToken) => RunAsync(
        caller, request, stamped => durable.PublishAsync(stamped, cancellationToken), receipt => NameOf(receipt.Reason));

    /// <inheritdoc cref="BrokerManager.RequestAsync"/>
    public Task<BridgeMessage> RequestAsync(Caller caller, PublishRequest request, TimeSpan timeout, CancellationToken cancellationToken) => RunAsync(
        caller, request, stamped => brokers.RequestAsync(stamped, timeout, cancellationToken), _ => "replied");

    private async Task<T> RunAsync<T>(Caller caller, PublishRequest request, Func<PublishRequest, Task<T>> publish, Func<T, string> describe)
    {
        var name = Stamp.Next();
        var result = "given up";
        try
        {
            var takesStamps = brokers.TryGet(request.BrokerKey, out var broker) && broker.IsMqtt5;
            var answer = await publish(takesStamps ? Stamp.Put(request, caller, name) : request);
            result = describe(answer);
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
        }
    }

    private static string NameOf(PublishReason reason) => reason switch
    {
        PublishReason.Success => "success",
        PublishReason.NoMatchingSubscribers => "noMatchingSubscribers",
        _ => "queued",
    };
}
