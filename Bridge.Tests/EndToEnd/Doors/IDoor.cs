namespace Bridge.Tests.EndToEnd.Doors;

/// <summary>A way in and out, as somebody outside uses it: to the bridge, or beside it.</summary>
internal interface IDoor : IAsyncDisposable
{
    /// <summary>Publishes with QoS 1 and waits for the acknowledgement.</summary>
    /// <exception cref="DoorException">The bridge refused.</exception>
    Task PublishAsync(string brokerKey, string topic, Payload payload);

    /// <summary>Waits for the topic's first message and returns its payload.</summary>
    Task<byte[]> ReceiveAsync(string brokerKey, string topic);
}

/// <summary>The bridge answered with an error.</summary>
/// <param name="code">Its code.</param>
internal sealed class DoorException(string code) : Exception(code)
{
    public string Code { get; } = code;
}
