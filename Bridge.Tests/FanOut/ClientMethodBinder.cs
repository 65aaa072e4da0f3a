using Bridge.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Tests.FanOut;

/// <summary>Tells SignalR's protocols what the server's calls carry.</summary>
internal sealed class ClientMethodBinder : IInvocationBinder
{
    public IReadOnlyList<Type> GetParameterTypes(string methodName) => methodName switch
    {
        ClientMethods.Messages => [typeof(MessageBatch)],
        ClientMethods.BrokerState => [typeof(BrokerStateChange)],
        _ => throw new InvalidDataException($"There is no client method {methodName}."),
    };

    /// <summary>What answers carry; whatever it is where that is not said.</summary>
    public Type Result { get; init; } = typeof(object);

    public Type GetReturnType(string invocationId) => Result;

    public Type GetStreamItemType(string streamId) => throw new NotSupportedException();
}
