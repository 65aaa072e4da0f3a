using Bridge.Server.Pipeline.Plugins;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Registers the steps that the configuration names.</summary>
internal static class ReadyStepServices
{
    public static void AddConfiguredSteps(this IServiceCollection services)
    {
        services.AddSingleton<PluginClasses>();
        services.AddSingleton<IStepSource, ConfiguredSteps>();
    }
}
