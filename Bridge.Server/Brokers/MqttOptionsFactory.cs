using System.Text;
using Bridge.Server.Certificates;
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

    /// <summary>The largest packet that is taken whole: beside the payload there is room for the topic (64 KiB) and the properties.</summary>
    public int MostPacketBytes { get; } = maxPayloadBytes > 0 ? maxPayloadBytes + 262_144 : 268_435_455;

    public MqttClientOptions Create(byte[]? authenticationData) => new()
    {
        ProtocolVersion = IsMqtt5 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311,
        ClientId = _clientId,
        CleanSession = options.CleanStart,
        SessionExpiryInterval = options.CleanStart || !IsMqtt5 ? 0 : (uint)options.SessionExpirySeconds,
        KeepAlivePeriod = TimeSpan.FromSeconds(options.KeepAliveSeconds),
        Credentials = CreateCredentials(),
        AuthenticationMethod = options.AuthenticationMethod,
        AuthenticationData = authenticationData,
    };

    private MqttClientCredentials? CreateCredentials()
    {
        var password = options.PasswordFile is { } file ? SecretFile.Read(file, contentRoot) : options.Password;
        return options.Username is null && password is null
            ? null
            : new MqttClientCredentials(options.Username, password is null ? null : Encoding.UTF8.GetBytes(password));
    }
}
