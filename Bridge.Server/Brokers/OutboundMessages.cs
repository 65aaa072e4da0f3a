using System.Buffers;
using System.Text;
using Bridge.Contracts;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Bridge.Server.Brokers;

/// <summary>Makes publishes into the library's packets.</summary>
internal static class OutboundMessages
{
    public static MqttPublishPacket ToPacket(this PublishRequest request) => new()
    {
        Topic = request.Topic,
        Payload = new ReadOnlySequence<byte>(request.Payload),
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)request.QualityOfService,
        Retain = request.Retain,
        ContentType = request.ContentType,
        UserProperties = request.UserProperties?
            .Select(pair => new MqttUserProperty(pair[0], Encoding.UTF8.GetBytes(pair[1]).AsMemory())).ToList(),
        ResponseTopic = request.ResponseTopic,
        CorrelationData = request.CorrelationData?.ToArray(),
        MessageExpiryInterval = request.ExpirySeconds ?? 0,
    };

    /// <summary>
    /// Whether any of the packet may have left, now that its wait has ended. It gets its identifier when it is handed to the writer, and not
    /// while it waits for its turn; with QoS 0 it has none, and no turn to wait for.
    /// </summary>
    public static bool MayHaveBeenSent(this MqttPublishPacket packet) =>
        packet.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce || packet.PacketIdentifier != 0;

    /// <summary>At least as many bytes as the packet will have on the wire.</summary>
    public static long SizeBound(this PublishRequest request)
    {
        // The fixed header, lengths and property identifiers take less than 64 bytes; a user property 5 more than its text.
        var size = 64L + request.Payload.Length + Encoding.UTF8.GetByteCount(request.Topic);
        size += Encoding.UTF8.GetByteCount(request.ContentType ?? "") + Encoding.UTF8.GetByteCount(request.ResponseTopic ?? "");
        size += request.CorrelationData?.Length ?? 0;
        foreach (var pair in request.UserProperties ?? [])
            size += 5 + Encoding.UTF8.GetByteCount(pair[0]) + Encoding.UTF8.GetByteCount(pair[1]);
        return size;
    }
}
