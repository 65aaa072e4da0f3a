using Bridge.Server.FanOut;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Server.Hubs;

/// <summary>Writes an outbox's records to a hub connection, past the serialization that is already done.</summary>
internal sealed class HubOutbox(HubConnectionContext connection) : IOutboxSink
{
    public WireFormat Format { get; } = connection.Protocol.Name == "json" ? WireFormat.Json : WireFormat.MessagePack;

    /// <summary>The outbox of the connection that a hub method runs for.</summary>
    public static Outbox Of(HubCallerContext context) => context.Features.Get<Outbox>() ?? throw new InvalidOperationException("The connection has no outbox.");

    public void Abort() => connection.Abort();

    public ValueTask WriteAsync(ReadOnlyMemory<byte> records) =>
        connection.WriteAsync(new SerializedHubMessage([new SerializedMessage(connection.Protocol.Name, records)]));
}
