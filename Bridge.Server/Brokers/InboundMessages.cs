using System.Buffers;
using Bridge.Contracts;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>Makes the library's packets into messages.</summary>
internal static class InboundMessages
{
    public static BridgeMessage ToMessage(this MqttPublishPacket packet, string brokerKey, DateTimeOffset receivedAt) => new()
    {
        BrokerKey = brokerKey,
        Topic = packet.Topic,
        // The packet's buffer is its own, and as long as the packet: no copy is needed to keep it.
        Payload = packet.Payload.IsSingleSegment ? packet.Payload.First : packet.Payload.ToArray(),
        QualityOfService = (QualityOfService)packet.QualityOfServiceLevel,
        Retain = packet.Retain,
        ReceivedAt = receivedAt,
        ContentType = packet.ContentType,
        UserProperties = packet.UserProperties is { Count: > 0 } properties
            ? [.. properties.Select(property => new UserProperty(property.Name, property.ReadValueAsString()))]
            : [],
        ResponseTopic = packet.ResponseTopic,
        CorrelationData = packet.CorrelationData is { } correlation ? correlation : default(ReadOnlyMemory<byte>?),
        ExpiresAt = packet.MessageExpiryInterval > 0 ? receivedAt.AddSeconds(packet.MessageExpiryInterval) : null,
    };
}
