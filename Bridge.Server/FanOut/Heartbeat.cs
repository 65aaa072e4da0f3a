namespace Bridge.Server.FanOut;

/// <summary>Says nothing but that the connection stands. Only for event streams: SignalR has its own.</summary>
internal sealed class Heartbeat : Notice
{
    public static Heartbeat Instance { get; } = new();

    /// <summary>No broker's key.</summary>
    public override string Subject => "";

    protected override byte[] Encode(WireFormat format) => format == WireFormat.EventStream
        ? EventStreamRecords.Heartbeat
        : throw new NotSupportedException("Hub connections have SignalR's own.");
}
