using System.Net;
using System.Text;
using MQTTnet;
using MQTTnet.Formatter;

namespace Bridge.Server.Brokers;

/// <summary>Turns a broker's options into those of the MQTT library, anew for each connection.</summary>
internal sealed class MqttOptionsFactory(string brokerKey, BrokerOptions options, string contentRoot, int maxPayloadBytes)
{
    private readonly string _clientId = string.IsNullOrEmpty(options.ClientId) ? $"bridge-{Guid.NewGuid():N}"[..23] : options.ClientId;

    /// <summary>The broker's address.</summary>
    public BrokerUrl Url { get; } = BrokerUrl.TryParse(options.Url, out var problem)
        ?? throw new ArgumentException($"Broker {brokerKey}: {problem}", nameof(options));

    public bool IsMqtt5 { get; } = options.ProtocolVersion == "5";

    public MqttClientOptions Create(BrokerTls? tls, byte[]? authenticationData) => new()
    {
        ChannelOptions = CreateChannel(tls?.ToClientOptions() ?? new MqttClientTlsOptions()),
        ProtocolVersion = IsMqtt5 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311,
        ClientId = _clientId,
        CleanSession = options.CleanStart,
        SessionExpiryInterval = options.CleanStart || !IsMqtt5 ? 0 : (uint)options.SessionExpirySeconds,
        KeepAlivePeriod = TimeSpan.FromSeconds(options.KeepAliveSeconds),
        // Leaves room for the topic (64 KiB) and the properties; what is larger than that the broker keeps to itself.
        MaximumPacketSize = IsMqtt5 && maxPayloadBytes > 0 ? (uint)maxPayloadBytes + 262_144 : 0,
        Credentials = CreateCredentials(),
        AuthenticationMethod = options.AuthenticationMethod,
        AuthenticationData = authenticationData,
        Timeout = TimeSpan.FromSeconds(options.ConnectTimeoutSeconds),
    };

    private IMqttClientChannelOptions CreateChannel(MqttClientTlsOptions tls) => Url.IsWebSocket
        ? new MqttClientWebSocketOptions { Uri = Url.ToString(), TlsOptions = tls }
        : new MqttClientTcpOptions
        {
            RemoteEndpoint = new DnsEndPoint(Url.Host, Url.Port),
            TlsOptions = tls,
            BufferSize = 131_072,
            // The library's default discards what was sent last when it closes.
            LingerState = new System.Net.Sockets.LingerOption(false, 0),
        };

    private MqttClientCredentials? CreateCredentials()
    {
        var password = options.PasswordFile is { } file ? SecretFile.Read(file, contentRoot) : options.Password;
        return options.Username is null && password is null
            ? null
            : new MqttClientCredentials(options.Username, password is null ? null : Encoding.UTF8.GetBytes(password));
    }
}
