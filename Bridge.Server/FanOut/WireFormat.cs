namespace Bridge.Server.FanOut;

/// <summary>The forms in which a record is encoded.</summary>
internal enum WireFormat
{
    /// <summary>SignalR's JSON protocol.</summary>
    Json,

    /// <summary>SignalR's MessagePack protocol.</summary>
    MessagePack,

    /// <summary>Server-sent events.</summary>
    EventStream,
}
