using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bridge.Server.Persistence;

/// <summary>Registers what outlasts a run.</summary>
internal static class PersistenceServices
{
    /// <summary>Before the brokers: what stops after them writes the last that they sent.</summary>
    public static void AddPersistence(this IServiceCollection services)
    {
        services.AddSingleton<StoreHealth>();
        services.AddSingleton<Store>();
        services.AddSingleton<IStreamStore>(provider => IsOn(provider) ? provider.GetRequiredService<Store>() : new NoStreamStore());
        services.AddSingleton<IHostedService>(provider => new StoreWriter(
            IsOn(provider) ? provider.GetRequiredService<Store>() : null, provider.GetRequiredService<StoreHealth>()));
        services.AddSingleton<PublishQueue>();
        services.AddHealthChecks()
            .AddCheck<StoreHealth>("persistence")
            .Add(new HealthCheckRegistration("queue", provider => provider.GetRequiredService<PublishQueue>().Health, null, null));
    }

    private static bool IsOn(IServiceProvider provider) => provider.GetRequiredService<BridgeOptions>().Persistence.IsOn;
}
