using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// Encodes what connections are sent, straight from the messages: no object stands between a payload and its bytes on the wire. For the
/// hub these are invocations of client methods, as SignalR's protocols frame them (aspnetcore: docs/specs/HubProtocol.md).
/// </summary>
internal static class WireRecords
{
    public static byte[] EncodeMessages(WireFormat format, in BatchHeader header, ReadOnlySpan<SequencedMessage> messages) => format switch
    {
        WireFormat.Json => JsonHubRecords.EncodeMessages(header, messages),
        WireFormat.MessagePack => MessagePackHubRecords.EncodeMessages(header, messages),
        _ => EventStreamRecords.EncodeMessages(header, messages),
    };

    public static byte[] EncodeState(WireFormat format, BrokerStateChange change) => format switch
    {
        WireFormat.Json => JsonHubRecords.EncodeState(change),
        WireFormat.MessagePack => MessagePackHubRecords.EncodeState(change),
        _ => EventStreamRecords.EncodeState(change),
    };
}
