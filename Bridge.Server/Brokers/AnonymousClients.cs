using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Server;

namespace Bridge.Server.Brokers;

/// <summary>
/// Lets clients without a client id into the embedded broker, as MQTT 3.1.1 §3.1.3.1 has it and tools such as mosquitto_pub rely on;
/// the library does so for MQTT 5 only.
/// </summary>
internal sealed class AnonymousClients(IMqttServerAdapter inner) : IMqttServerAdapter
{
    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        inner.ClientHandler = channel => ClientHandler?.Invoke(new NamingChannel(channel)) ?? Task.CompletedTask;
        return inner.StartAsync(options, logger);
    }

    public Task StopAsync() => inner.StopAsync();

    public void Dispose() => inner.Dispose();

    /// <summary>A channel that gives a nameless CONNECT a client id.</summary>
    private sealed class NamingChannel(IMqttChannelAdapter channel) : IMqttChannelAdapter
    {
        public long BytesReceived => channel.BytesReceived;

        public long BytesSent => channel.BytesSent;

        public X509Certificate2 ClientCertificate => channel.ClientCertificate;

        public EndPoint RemoteEndPoint => channel.RemoteEndPoint;

        public EndPoint LocalEndPoint => channel.LocalEndPoint;

        public bool IsSecureConnection => channel.IsSecureConnection;

        public MqttPacketFormatterAdapter PacketFormatterAdapter => channel.PacketFormatterAdapter;

        public Task ConnectAsync(CancellationToken cancellationToken) => channel.ConnectAsync(cancellationToken);

        public Task DisconnectAsync(CancellationToken cancellationToken) => channel.DisconnectAsync(cancellationToken);

        public async Task<MqttPacket> ReceivePacketAsync(CancellationToken cancellationToken)
        {
            var packet = await channel.ReceivePacketAsync(cancellationToken);
            if (packet is MqttConnectPacket { ClientId: null or "" } connect)
                connect.ClientId = $"auto-{Guid.NewGuid():N}";
            return packet;
        }

        public void ResetStatistics() => channel.ResetStatistics();

        public Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken) => channel.SendPacketAsync(packet, cancellationToken);

        public void Dispose() => channel.Dispose();
    }
}
