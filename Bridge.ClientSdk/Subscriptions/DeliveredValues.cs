using Bridge.Contracts;

namespace Bridge.ClientSdk.Subscriptions;

/// <summary>
/// The last value of each topic that an enumeration was given, to tell what a snapshot after a reconnect repeats.
/// </summary>
internal sealed class DeliveredValues
{
    private readonly Dictionary<string, (DateTimeOffset ReceivedAt, ReadOnlyMemory<byte> Payload)> _values =
        new(StringComparer.Ordinal);

    /// <summary>Whether the message is the one that was delivered last for its topic.</summary>
    public bool IsRepetition(BridgeMessage message) =>
        _values.TryGetValue(message.Topic, out var last)
        && last.ReceivedAt == message.ReceivedAt
        && last.Payload.Span.SequenceEqual(message.Payload.Span);

    public void Remember(BridgeMessage message) => _values[message.Topic] = (message.ReceivedAt, message.Payload);
}
