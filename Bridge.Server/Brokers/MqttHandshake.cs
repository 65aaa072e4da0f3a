using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.LowLevelClient;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Bridge.Server.Brokers;

/// <summary>CONNECT and what follows until the broker has accepted (MQTT 5 §3.1, §4.12).</summary>
internal static class MqttHandshake
{
    /// <exception cref="BrokerLinkException">The broker refused.</exception>
    public static async Task<(ILowLevelMqttClient Client, MqttConnAckPacket Accepted)> ConnectAsync(
        MqttClientOptions options,
        IEnhancedAuthenticationExchange? authentication,
        CancellationToken cancellationToken)
    {
        var client = new MqttClientFactory().CreateLowLevelMqttClient();
        try
        {
            await client.ConnectAsync(options, cancellationToken);
            await client.SendAsync(MqttConnectPacketFactory.Create(options), cancellationToken);
            while (true)
            {
                switch (await client.ReceiveAsync(cancellationToken))
                {
                    case MqttConnAckPacket answer:
                        ThrowIfRefused(answer, options.ProtocolVersion);
                        if (authentication is not null)
                            await authentication.CompleteAsync(answer.AuthenticationData ?? [], cancellationToken);
                        return (client, answer);
                    case MqttAuthPacket challenge when authentication is not null:
                        await client.SendAsync(await AnswerAsync(challenge, options, authentication, cancellationToken), cancellationToken);
                        break;
                    case var packet:
                        throw new BrokerLinkException($"The broker answered CONNECT with {packet.GetType().Name}.");
                }
            }
        }
        catch
        {
            client.Dispose();
            throw;
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

    private static async Task<MqttAuthPacket> AnswerAsync(
        MqttAuthPacket challenge,
        MqttClientOptions options,
        IEnhancedAuthenticationExchange authentication,
        CancellationToken cancellationToken) => new()
        {
            ReasonCode = MqttAuthenticateReasonCode.ContinueAuthentication,
            AuthenticationMethod = options.AuthenticationMethod,
            AuthenticationData = await authentication.AnswerAsync(challenge.AuthenticationData ?? [], cancellationToken),
        };
}
