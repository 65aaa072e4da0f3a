using System.Buffers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bridge.Tests.Contracts;

/// <summary>Writes and reads records as the hub does: with SignalR's own protocols at their defaults.</summary>
internal static class HubWire
{
    public const string Json = "json";
    public const string MessagePack = "messagepack";

    /// <summary>What SignalR would send for a call with this one argument.</summary>
    public static byte[] Write<T>(string protocol, T value) =>
        Protocol(protocol).GetMessageBytes(new InvocationMessage("Call", [value])).ToArray();

    /// <summary>What the other side makes of a call's one argument.</summary>
    public static T Read<T>(string protocol, byte[] call)
    {
        var bytes = new ReadOnlySequence<byte>(call);
        Protocol(protocol).TryParseMessage(ref bytes, new Binder(typeof(T)), out var message).Should().BeTrue();
        bytes.IsEmpty.Should().BeTrue("one message was written");
        return (T)message.Should().BeOfType<InvocationMessage>().Subject.Arguments.Single()!;
    }

    public static T RoundTrip<T>(string protocol, T value) => Read<T>(protocol, Write(protocol, value));

    /// <summary>The members that are written for a value, by name.</summary>
    public static Dictionary<string, object?> Members<T>(T value) =>
        Read<Dictionary<string, object?>>(MessagePack, Write(MessagePack, value));

    private static IHubProtocol Protocol(string name) => name switch
    {
        Json => new JsonHubProtocol(),
        MessagePack => new MessagePackHubProtocol(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private sealed class Binder(Type parameter) : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) => [parameter];

        public Type GetReturnType(string invocationId) => throw new NotSupportedException();

        public Type GetStreamItemType(string streamId) => throw new NotSupportedException();
    }
}
