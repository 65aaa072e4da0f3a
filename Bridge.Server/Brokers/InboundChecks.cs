using Bridge.Server.Configuration;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>Topics and payloads come from strangers: what goes beyond the limits is left out, and said.</summary>
internal static class InboundChecks
{
    public static string? FindProblem(MqttPublishPacket packet, LimitOptions limits) => FindPayloadProblem(packet, limits)
        ?? (limits.HasTooManyLevels(packet.Topic) ? "its topic has more levels than Limits:MaxTopicLevels" : null);

    public static string? FindPayloadProblem(MqttPublishPacket packet, LimitOptions limits) =>
        limits.MaxPayloadBytes > 0 && packet.Payload.Length > limits.MaxPayloadBytes
            ? $"its payload has {packet.Payload.Length} bytes, more than Limits:MaxPayloadBytes"
            : null;
}
