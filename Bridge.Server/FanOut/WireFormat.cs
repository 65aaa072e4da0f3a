namespace Bridge.Server.FanOut;

/// <summary>The forms in which a hub record is encoded: one for each hub protocol.</summary>
internal enum WireFormat
{
    /// <summary>SignalR's JSON protocol.</summary>
    Json,

    /// <summary>SignalR's MessagePack protocol.</summary>
    MessagePack,
}
