using System.Net.Sockets;
using System.Security.Authentication;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Bridge.Server.Brokers;

/// <summary>CONNECT and what follows until the broker has accepted (MQTT 5 §3.1, §4.12).</summary>
internal static class MqttHandshake
{
    /// <summary>Connects over a stream that is new.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="tls">The TLS beneath it, if any: a broker may refuse a client certificate as late as here.</param>
    /// <param name="reader">Reads packets from the stream.</param>
    /// <param name="writer">Writes packets to it.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="authentication">The enhanced authentication, if any.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BrokerLinkException">The broker refused.</exception>
    public static async Task<MqttConnAckPacket> ConnectAsync(
        Stream stream,
        BrokerTls? tls,
        PacketReader reader,
        PacketWriter writer,
        MqttClientOptions options,
        IEnhancedAuthenticationExchange? authentication,
        CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync(stream, reader, writer, options, authentication, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException)
        {
            throw NotAccepted(tls, exception);
        }
    }

    /// <summary>
    /// A broker that is there and ends the connection. With TLS 1.3 it refuses a client certificate, or its lack, after the handshake;
    /// often all that is seen of it is a closed connection.
    /// </summary>
    public static BrokerLinkException NotAccepted(BrokerTls? tls, Exception exception) => BrokerLinkException.From(
        tls switch
        {
            null => "The broker did not accept the connection",
            { HasClientCertificate: true } => "The broker did not accept the connection (perhaps it does not take the client certificate)",
            _ => "The broker did not accept the connection (perhaps it asks for a client certificate)",
        },
        exception);

    private static async Task<MqttConnAckPacket> ConnectAsync(
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
                throw new EndOfStreamException("it was closed");
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
