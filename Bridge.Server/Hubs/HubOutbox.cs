using Bridge.Server.FanOut;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Server.Hubs;

/// <summary>Writes an outbox's records to a hub connection, past the serialization that is already done.</summary>
internal sealed class HubOutbox(HubConnectionContext connection) : IOutboxSink
{
    private readonly FrameStream? _frames = FrameUpgrade.FramesOf(connection.GetHttpContext());
    private bool _isLost;

    public string Id => connection.ConnectionId;

    public WireFormat Format { get; } = connection.Protocol.Name == "json" ? WireFormat.Json : WireFormat.MessagePack;

    /// <summary>The outbox of the connection that a hub method runs for.</summary>
    public static Outbox Of(HubCallerContext context) => context.Features.Get<Outbox>() ?? throw new InvalidOperationException("The connection has no outbox.");

    /// <summary>Without a farewell: the socket may not take even that.</summary>
    public void Abort()
    {
        connection.Abort();
        connection.GetHttpContext()?.Abort();
    }

    public ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> records) =>
        _frames is not null ? WriteToSocketAsync(_frames, records) : WriteToSignalRAsync(records);

    /// <summary>A lost connection takes everything until SignalR has ended it, as it does itself.</summary>
    private async ValueTask WriteToSocketAsync(FrameStream frames, IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        if (_isLost)
            return;

        try
        {
            await frames.WriteMessageAsync(records, Format == WireFormat.Json, connection.ConnectionAborted);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or OperationCanceledException)
        {
            _isLost = true;
            connection.Abort();
        }
    }

    /// <summary>Long polling, server-sent events, and WebSockets within HTTP/2.</summary>
    private async ValueTask WriteToSignalRAsync(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        for (var i = 0; i < records.Count; i++)
            await connection.WriteAsync(new SerializedHubMessage([new SerializedMessage(connection.Protocol.Name, records[i])]));
    }
}
