namespace Bridge.Server.Brokers;

/// <summary>
/// A broker inside the bridge, for a first run: MQTT on loopback, without passwords, nothing kept on disk. It appears under the
/// broker key <c>embedded</c>.
/// </summary>
public sealed class EmbeddedBrokerOptions
{
    /// <summary>The key under which the embedded broker appears.</summary>
    public const string BrokerKey = "embedded";

    /// <summary>Whether it runs. Default false; <c>appsettings.Development.json</c> turns it on.</summary>
    public bool Enabled { get; set; }

    /// <summary>The TCP port on 127.0.0.1, 0 to 65,535; 0 takes a free one. Default 1883.</summary>
    public int Port { get; set; } = 1883;

    /// <summary>The port that it has, or is to have.</summary>
    internal int ListenPort { get; set; }

    /// <summary>Whether topics below <c>demo/</c> move, so that there is something to see. Default false.</summary>
    public bool Demo { get; set; }
}
