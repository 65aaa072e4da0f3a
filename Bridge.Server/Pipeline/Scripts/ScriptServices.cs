namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Registers the steps in JavaScript.</summary>
internal static class ScriptServices
{
    public static void AddScriptSteps(this IServiceCollection services) => services.AddSingleton<IStepSource>(provider => new ScriptFolder(
        provider.GetRequiredService<IHostEnvironment>().ContentRootPath,
        provider.GetRequiredService<ILogger<ScriptFolder>>(),
        provider.GetRequiredService<TimeProvider>()));
}
