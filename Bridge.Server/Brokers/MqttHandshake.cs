using System.Net.Sockets;
using System.Security.Authentication;
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
            await OpenAsync(client, options, cancellationToken);
            await SendAsync(client, MqttConnectPacketFactory.Create(options), options, cancellationToken);
            while (true)
            {
                switch (await ReceiveAsync(client, options, cancellationToken))
                {
                    case MqttConnAckPacket answer:
                        ThrowIfRefused(answer, options.ProtocolVersion);
                        if (authentication is not null)
                            await authentication.CompleteAsync(answer.AuthenticationData ?? [], cancellationToken);
                        return (client, answer);
                    case MqttAuthPacket challenge when authentication is not null:
                        await SendAsync(client, await AnswerAsync(challenge, options, authentication, cancellationToken), options, cancellationToken);
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

    private static async Task OpenAsync(ILowLevelMqttClient client, MqttClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await client.ConnectAsync(options, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw NotOpened(options, exception);
        }
    }

    private static BrokerLinkException NotOpened(MqttClientOptions options, Exception exception)
    {
        var chain = BrokerLinkException.ChainOf(exception).ToList();
        if (chain.Exists(link => link is AuthenticationException))
            return BrokerLinkException.From("The TLS handshake failed", exception);

        // A broker that is there and ends the connection; any other error of the socket says that none was reached.
        var wasReached = chain.OfType<SocketException>().All(link => link.SocketErrorCode
            is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NotConnected or SocketError.Shutdown);
        return wasReached && options.ChannelOptions.TlsOptions is { UseTls: true }
            ? NotAccepted(options, exception)
            : BrokerLinkException.From("The connection cannot be made", exception);
    }

    private static async Task SendAsync(
        ILowLevelMqttClient client, MqttPacket packet, MqttClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendAsync(packet, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw NotAccepted(options, exception);
        }
    }

    private static async Task<MqttPacket> ReceiveAsync(
        ILowLevelMqttClient client, MqttClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ReceiveAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw NotAccepted(options, exception);
        }
    }

    /// <summary>With TLS 1.3 a broker refuses a client certificate, or its lack, after the handshake; often all that is seen is a closed connection.</summary>
    private static BrokerLinkException NotAccepted(MqttClientOptions options, Exception exception)
    {
        const string What = "The broker did not accept the connection";
        return options.ChannelOptions.TlsOptions is not { UseTls: true } tls ? BrokerLinkException.From(What, exception)
            : tls.ClientCertificatesProvider?.GetCertificates() is { Count: > 0 }
            ? BrokerLinkException.From(What + " (perhaps it does not take the client certificate)", exception)
            : BrokerLinkException.From(What + " (perhaps it asks for a client certificate)", exception);
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
