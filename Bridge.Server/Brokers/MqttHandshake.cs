using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Bridge.Server.Brokers;

/// <summary>CONNECT and what follows until the broker has accepted (MQTT 5 §3.1, §4.12).</summary>
internal static class MqttHandshake
{
    /// <summary>Connects over a stream that is new.</summary>
    /// <exception cref="BrokerLinkException">The broker refused.</exception>
    public static async Task<MqttConnAckPacket> ConnectAsync(
        Stream stream,
        PacketReader reader,
        PacketWriter writer,
        MqttClientOptions options,
        IEnhancedAuthenticationExchange? authentication,
        CancellationToken cancellationToken)
    {
        await writer.SendAsync(MqttConnectPacketFactory.Create(options)).WaitAsync(cancellationToken);
        while (true)
        {
            switch (await ReceiveAsync(stream, reader, cancellationToken))
            {
                case MqttConnAckPacket answer:
                    ThrowIfRefused(answer, options.ProtocolVersion);
                    if (authentication is not null)
                        await authentication.CompleteAsync(answer.AuthenticationData ?? [], cancellationToken);
                    return answer;
                case MqttAuthPacket challenge when authentication is not null:
                    var response = await authentication.AnswerAsync(challenge.AuthenticationData ?? [], cancellationToken);
                    await writer.SendAsync(Continue(options, response)).WaitAsync(cancellationToken);
                    break;
                case var packet:
                    throw new BrokerLinkException($"The broker answered CONNECT with {packet.GetType().Name}.");
            }
        }
    }

    private static async Task<MqttPacket> ReceiveAsync(Stream stream, PacketReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (reader.TryTake() is { } packet)
                return packet;

            var count = await stream.ReadAsync(reader.FreeSpace, cancellationToken);
            if (count == 0)
                throw new BrokerLinkException("The broker closed the connection instead of accepting it.");
            reader.Advance(count);
        }
    }

    private static void ThrowIfRefused(MqttConnAckPacket answer, MqttProtocolVersion version)
    {
        var refusal = version == MqttProtocolVersion.V500
            ? answer.ReasonCode == MqttConnectReasonCode.Success ? null : $"{answer.ReasonCode} ({(int)answer.ReasonCode:X2})"
            : answer.ReturnCode == MqttConnectReturnCode.ConnectionAccepted ? null : $"{answer.ReturnCode} ({(int)answer.ReturnCode:X2})";
        if (refusal is not null)
            throw new BrokerLinkException($"The broker refused the connection: {refusal}{(answer.ReasonString is { } text ? $", {text}" : "")}.");
    }

    private static MqttAuthPacket Continue(MqttClientOptions options, byte[] response) => new()
    {
        ReasonCode = MqttAuthenticateReasonCode.ContinueAuthentication,
        AuthenticationMethod = options.AuthenticationMethod,
        AuthenticationData = response,
    };
}
