using Bridge.Contracts.Steps;
using Bridge.Server.Brokers;
using Bridge.Server.Pipeline;

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

    /// <summary>
    /// Adds a step that processes messages between brokers and clients. Steps run in the order in which they are added, before those of the
    /// configuration and scripts of the same <see cref="StepOptions.Order"/>.
    /// </summary>
    /// <typeparam name="TStep">
    /// The step. One instance serves all brokers; it is the host's service of this type, or is made with the host's services as its arguments.
    /// </typeparam>
    /// <param name="configure">
    /// Says which messages it processes; by default all. Its name is that of its class. What cannot be used stops the start, as a mistake in the
    /// configuration does.
    /// </param>
    /// <returns>This builder.</returns>
    public BridgeBuilder AddStep<TStep>(Action<StepOptions>? configure = null)
        where TStep : MessageStep
    {
        var options = new StepOptions { Name = typeof(TStep).Name };
        configure?.Invoke(options);
        Services.AddSingleton(new CodeStep(typeof(TStep), options));
        return this;
    }
}
