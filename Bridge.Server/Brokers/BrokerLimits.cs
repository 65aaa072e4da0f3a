using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>What a broker said it takes when it accepted the connection (MQTT 5 §3.2.2.3); MQTT 3.1.1 brokers say nothing.</summary>
/// <param name="ReceiveMaximum">How many QoS 1 and 2 messages may be unacknowledged.</param>
/// <param name="MaximumQos">The highest quality of service.</param>
/// <param name="RetainAvailable">Whether messages may be retained.</param>
/// <param name="MaximumPacketSize">The largest packet in bytes; 0 when there is no limit.</param>
internal sealed record class BrokerLimits(int ReceiveMaximum, int MaximumQos, bool RetainAvailable, uint MaximumPacketSize)
{
    public static BrokerLimits From(MqttConnAckPacket accepted, MqttProtocolVersion version) => version == MqttProtocolVersion.V500
        ? new(
            accepted.ReceiveMaximum == 0 ? ushort.MaxValue : accepted.ReceiveMaximum,
            (int)accepted.MaximumQoS,
            accepted.RetainAvailable,
            accepted.MaximumPacketSize)
        : new(ushort.MaxValue, 2, RetainAvailable: true, 0);
}
