using System.Text;

namespace Bridge.Server.FanOut;

/// <summary>Says that the connection stands, and where it has come to. Only for event streams: SignalR has its own.</summary>
/// <param name="cursor">The position up to which the connection has had everything; null where something waits for it.</param>
internal sealed class Heartbeat(string? cursor) : Notice
{
    /// <summary>No broker's key.</summary>
    public override string Subject => "";

    /// <summary>A comment; and an id without an event, which a reader goes on from though nothing was of interest to it for long.</summary>
    protected override byte[] Encode(WireFormat format) => format == WireFormat.EventStream
        ? Encoding.UTF8.GetBytes(cursor is null ? ":\n\n" : $":\nid: {cursor}\n\n")
        : throw new NotSupportedException("Hub connections have SignalR's own.");
}
