using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Diagnostics;
using Bridge.Server.FanOut;
using Bridge.Server.Hosting;
using Bridge.Server.Http;
using Bridge.Server.Hubs;
using Bridge.Server.Persistence;
using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Ready;
using Bridge.Server.Pipeline.Scripts;
using Bridge.Server.Publishing;
using Bridge.Server.Requests;
using Bridge.Server.Tls;

namespace Bridge.Server;

/// <summary>Sets up the bridge in a host: its services, and its paths.</summary>
public static class BridgeSetup
{
    /// <summary>Adds the bridge's services. Its configuration is the section <c>Bridge</c> of the host's.</summary>
    /// <param name="services">The host's services.</param>
    /// <returns>A builder to add to the bridge.</returns>
    public static BridgeBuilder AddBridge(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(LoadOptions);
        services.AddSingleton<Func<BridgeOptions>>(provider => () => LoadOptions(provider));
        services.AddAccess();
        services.AddFanOut();
        services.AddPersistence();
        services.AddPipeline<MessageStreams>();
        services.AddConfiguredSteps();
        services.AddScriptSteps();
        services.AddBrokers();
        services.AddHostedService<ConfigurationReload>();
        services.AddPublishing();
        services.AddSingleton<RequestParser>();
        services.AddSingleton<BrokerDirectory>();
        services.AddSingleton<StepDirectory>();
        services.AddSingleton<BrokerReads>();
        services.AddSingleton<HistoryReads>();
        services.AddDiagnostics();
        services.AddHubDoor();
        services.AddHttpDoor();
        services.AddServerTls();
        services.AddSmallSendBuffers();
        GracefulStop.AddTo(services);
        return new BridgeBuilder(services);
    }

    /// <summary>Maps the bridge's paths: the hub, HTTP, and the dashboard.</summary>
    /// <param name="app">The host.</param>
    /// <returns>The host.</returns>
    /// <exception cref="BridgeConfigurationException">The configuration cannot be used.</exception>
    public static WebApplication MapBridge(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseUrlLimit();
        app.UseCrossOriginRules();
        app.UseDashboardFiles();
        app.UseCallers();
        app.MapHubDoor();
        app.MapHttpDoor();
        return app;
    }

    private static BridgeOptions LoadOptions(IServiceProvider services) => BridgeOptionsLoader.Load(
        services.GetRequiredService<IConfiguration>(),
        services.GetRequiredService<IHostEnvironment>(),
        [.. services.GetServices<IEnhancedAuthenticationHandler>().Select(handler => handler.Method)]);
}
