using Bridge.Server.Configuration;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>Topics and payloads come from strangers: what goes beyond the limits is left out, and said.</summary>
internal static class InboundChecks
{
    public static string? FindProblem(MqttPublishPacket packet, LimitOptions limits)
    {
        if (limits.MaxPayloadBytes > 0 && packet.Payload.Length > limits.MaxPayloadBytes)
            return $"its payload has {packet.Payload.Length} bytes, more than Limits:MaxPayloadBytes";
        if (limits.HasTooManyLevels(packet.Topic))
            return "its topic has more levels than Limits:MaxTopicLevels";
        return null;
    }
}
