namespace Bridge.ClientSdk;

/// <summary>The state of a client's connection to the bridge (not of the bridge's links to its brokers).</summary>
public enum BridgeConnectionState
{
    /// <summary>The connection is up.</summary>
    Connected,

    /// <summary>The connection was lost; the client tries to make it again until it is disposed.</summary>
    Reconnecting,

    /// <summary>The client was disposed.</summary>
    Closed,
}

/// <summary>A change of a client's connection to the bridge.</summary>
/// <param name="State">The state that begins.</param>
/// <param name="Error">Why the connection was lost; null where the bridge gave no reason, and in the other states.</param>
public sealed record class ConnectionStateChange(BridgeConnectionState State, Exception? Error);
