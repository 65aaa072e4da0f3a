using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.Caching;
using Bridge.Server.Diagnostics;
using Bridge.Server.FanOut;
using Bridge.Server.Http;
using Bridge.Server.Persistence;
using Bridge.Server.Pipeline;
using Bridge.Server.Shutdown;
using Bridge.Server.Tls;

namespace Bridge.Server.Configuration;

/// <summary>The section <c>Bridge</c> of the configuration.</summary>
public sealed class BridgeOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Bridge";

    /// <summary>A broker inside the bridge, for a first run.</summary>
    public EmbeddedBrokerOptions EmbeddedBroker { get; set; } = new();

    /// <summary>The brokers, each under its key (<c>[A-Za-z0-9._-]{1,64}</c>).</summary>
    public Dictionary<string, BrokerOptions> Brokers { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The bounds of the last-message cache.</summary>
    public CacheOptions Cache { get; set; } = new();

    /// <summary>What outlasts a restart.</summary>
    public PersistenceOptions Persistence { get; set; } = new();

    /// <summary>How messages are processed between brokers and clients.</summary>
    public PipelineOptions Pipeline { get; set; } = new();

    /// <summary>How messages go to those who subscribed.</summary>
    public FanOutOptions FanOut { get; set; } = new();

    /// <summary>Who may do what.</summary>
    public AccessOptions Access { get; set; } = new();

    /// <summary>TLS of the bridge's own server.</summary>
    public ServerTlsOptions Tls { get; set; } = new();

    /// <summary>Which other web sites may use the bridge.</summary>
    public CorsOptions Cors { get; set; } = new();

    /// <summary>What one client may ask for. 0 means no limit.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>How it stops.</summary>
    public ShutdownOptions Shutdown { get; set; } = new();

    /// <summary>What operators are told of the bridge: metrics and traces.</summary>
    public DiagnosticsOptions Diagnostics { get; set; } = new();
}
