using Bridge.Contracts;

namespace Bridge.Server.Brokers;

/// <summary>How the bridge connects to one broker, and what it subscribes to there.</summary>
public sealed class BrokerOptions
{
    /// <summary>
    /// Where the broker is: <c>mqtt://host[:1883]</c>, <c>mqtts://host[:8883]</c>, <c>ws://host[:80]/path</c> or
    /// <c>wss://host[:443]/path</c>. Required. User and password have members of their own.
    /// </summary>
    public string Url { get; set; } = "";

    /// <summary><c>5</c> or <c>3.1.1</c>. Default <c>5</c>.</summary>
    public string ProtocolVersion { get; set; } = "5";

    /// <summary>
    /// The longest time in seconds in which nothing is sent to the broker, 1 to 65,535. A dead link is noticed after one and a
    /// half times as long. Default 30.
    /// </summary>
    public int KeepAliveSeconds { get; set; } = 30;

    /// <summary>The client id. Two clients of one id throw each other out. Default: <c>bridge-</c> and a random part.</summary>
    public string? ClientId { get; set; }

    /// <summary>
    /// Whether each connection begins without a session (MQTT 5 §3.1.2.4). False keeps the broker's queue of QoS 1 and 2 messages
    /// while the bridge is away, and needs a <see cref="ClientId"/>. Default true.
    /// </summary>
    public bool CleanStart { get; set; } = true;

    /// <summary>
    /// For how many seconds the broker keeps the session after the link went down, where <see cref="CleanStart"/> is false
    /// (MQTT 5 §3.1.2.11.2). Default 3,600.
    /// </summary>
    public long SessionExpirySeconds { get; set; } = 3600;

    /// <summary>The user name, or none.</summary>
    public string? Username { get; set; }

    /// <summary>The password. Better in the environment or in a <see cref="PasswordFile"/> than here.</summary>
    public string? Password { get; set; }

    /// <summary>A file that holds the password; a line end behind it is left out. Read at each connection.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>
    /// The method of enhanced authentication (MQTT 5 §4.12), for which the host registered a handler; none by default.
    /// </summary>
    public string? AuthenticationMethod { get; set; }

    /// <summary>
    /// The topic filters that are subscribed to at once, so that their last values are known before anybody asks. Default
    /// <c>["#"]</c>, or none where <see cref="OnDemand"/> is true.
    /// </summary>
    public List<string>? Topics { get; set; }

    /// <summary>What is subscribed to whether anybody asks for it or not.</summary>
    internal IReadOnlyList<string> TopicsAtOnce => Topics ?? (OnDemand ? [] : ["#"]);

    /// <summary>
    /// Whether the bridge also subscribes to what its clients ask for, as long as they do. Default false: clients see what
    /// <see cref="Topics"/> brings.
    /// </summary>
    public bool OnDemand { get; set; }

    /// <summary>
    /// How many seconds an on-demand subscription is kept after its last client left, 0 to 86,400. Default 30.
    /// </summary>
    public int OnDemandLingerSeconds { get; set; } = 30;

    /// <summary>
    /// The highest quality of service with which the broker delivers to the bridge, 0 to 2. Default 1. AWS IoT does not answer
    /// subscriptions with 2.
    /// </summary>
    public QualityOfService SubscribeQos { get; set; } = QualityOfService.AtLeastOnce;

    /// <summary>How many seconds connecting may take, 1 to 300. Default 15.</summary>
    public int ConnectTimeoutSeconds { get; set; } = 15;

    /// <summary>
    /// How many seconds a publish may wait for the broker's acknowledgement before it fails with <c>publish_timeout</c>, 1 to
    /// 300. Default 10.
    /// </summary>
    public int PublishTimeoutSeconds { get; set; } = 10;

    /// <summary>
    /// Whether publishes to this broker are durable where they do not say otherwise: written to disk before they are sent, so that they reach
    /// the broker also when it is away. Those with QoS 2 need <see cref="CleanStart"/> false: without a session nobody could tell whether one
    /// has arrived. Default false.
    /// </summary>
    public bool DurablePublishes { get; set; }

    /// <summary>
    /// The topic that replies to requests come back on (MQTT 5 §4.10); the bridge subscribes to it with the first request. The broker's access
    /// rules must let the bridge read it and responders write it, and no two bridges may share one: what arrives there is taken for
    /// replies, and this bridge shows it to nobody else. Whoever else may read the topic at the broker, as who reads everything there, sees the
    /// replies too. Default: <c>bridge/replies/</c> and a random part, or with <see cref="CleanStart"/> false a part that
    /// follows from the <see cref="ClientId"/>.
    /// </summary>
    public string? ResponseTopic { get; set; }

    /// <summary>TLS, for <c>mqtts</c> and <c>wss</c>.</summary>
    public BrokerTlsOptions Tls { get; set; } = new();
}
