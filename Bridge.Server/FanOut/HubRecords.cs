using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// Encodes invocations of client methods as SignalR's protocols frame them (aspnetcore: docs/specs/HubProtocol.md), straight from
/// the messages: no object stands between a payload and its bytes on the wire.
/// </summary>
internal static class HubRecords
{
    public static byte[] EncodeMessages(WireFormat format, in BatchHeader header, ReadOnlySpan<SequencedMessage> messages) =>
        format == WireFormat.Json
            ? JsonHubRecords.EncodeMessages(header, messages)
            : MessagePackHubRecords.EncodeMessages(header, messages);

    public static byte[] EncodeState(WireFormat format, BrokerStateChange change) =>
        format == WireFormat.Json ? JsonHubRecords.EncodeState(change) : MessagePackHubRecords.EncodeState(change);
}
