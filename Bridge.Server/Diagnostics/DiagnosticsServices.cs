using Bridge.Server.Configuration;

namespace Bridge.Server.Diagnostics;

/// <summary>Registers what operators are told.</summary>
internal static class DiagnosticsServices
{
    public static void AddDiagnostics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<IInstruments, BrokerInstruments>();
        services.AddSingleton<IInstruments, StreamInstruments>();
        services.AddSingleton<IInstruments, ConnectionInstruments>();
        services.AddSingleton<IInstruments, StepInstruments>();
        services.AddSingleton<IInstruments, PersistenceInstruments>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Telemetry>(provider, provider.GetRequiredService<BridgeOptions>().Diagnostics));
    }
}
