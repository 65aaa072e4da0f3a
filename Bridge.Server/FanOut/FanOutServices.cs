using Bridge.Server.Configuration;

namespace Bridge.Server.FanOut;

/// <summary>Registers the fan-out.</summary>
internal static class FanOutServices
{
    public static void AddFanOut(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<FanOutMetrics>();
        services.AddSingleton<MessageStreams>();
        services.AddSingleton(provider => new OutboxContext(
            provider.GetRequiredService<BridgeOptions>().Limits,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<FanOutMetrics>(),
            provider.GetRequiredService<ILogger<Outbox>>()));
    }
}
