using Bridge.Server.Configuration;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>Topics and payloads come from strangers: what goes beyond the limits is left out, and said.</summary>
internal static class InboundChecks
{
    public static InboundProblem? FindProblem(MqttPublishPacket packet, LimitOptions limits) => FindPayloadProblem(packet, limits)
        ?? (limits.HasTooManyLevels(packet.Topic) ? new(LeftOutCause.TooManyLevels, "its topic has more levels than Limits:MaxTopicLevels") : null);

    public static InboundProblem? FindPayloadProblem(MqttPublishPacket packet, LimitOptions limits) =>
        limits.MaxPayloadBytes > 0 && packet.Payload.Length > limits.MaxPayloadBytes
            ? new(LeftOutCause.PayloadTooLarge, $"its payload has {packet.Payload.Length} bytes, more than Limits:MaxPayloadBytes")
            : null;
}

/// <summary>Why a message is left out.</summary>
/// <param name="Cause">For who counts.</param>
/// <param name="Text">For who reads.</param>
internal sealed record InboundProblem(LeftOutCause Cause, string Text);

/// <summary>For what messages of a broker are left out.</summary>
internal enum LeftOutCause
{
    PayloadTooLarge,
    TooManyLevels,
}
