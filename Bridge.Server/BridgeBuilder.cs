using Bridge.Server.Brokers;

namespace Bridge.Server;

/// <summary>Adds to a bridge that a host set up with <see cref="BridgeSetup.AddBridge"/>.</summary>
/// <param name="services">The host's services.</param>
public sealed class BridgeBuilder(IServiceCollection services)
{
    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; } = services;

    /// <summary>Registers a method of MQTT 5 enhanced authentication, which brokers use by <see cref="BrokerOptions.AuthenticationMethod"/>.</summary>
    /// <param name="handler">The handler of the method; one for each method.</param>
    /// <returns>This builder.</returns>
    public BridgeBuilder AddEnhancedAuthentication(IEnhancedAuthenticationHandler handler)
    {
        Services.AddSingleton(handler);
        return this;
    }
}
