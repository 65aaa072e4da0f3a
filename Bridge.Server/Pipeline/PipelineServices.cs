using Bridge.Server.Configuration;
using Bridge.Server.Messages;

namespace Bridge.Server.Pipeline;

/// <summary>Registers the steps between brokers and clients.</summary>
internal static class PipelineServices
{
    /// <typeparam name="TConsumers">Who takes the messages of brokers behind the steps.</typeparam>
    public static void AddPipeline<TConsumers>(this IServiceCollection services)
        where TConsumers : class, IMessageConsumers
    {
        services.AddSingleton<IStepSource, CodeSteps>();
        services.AddSingleton(provider => new StepResultChecks(
            provider.GetRequiredService<BridgeOptions>().Limits, brokerKey => provider.GetRequiredService<TConsumers>().Find(brokerKey) is not null));
        services.AddSingleton<StepProblems>();
        services.AddSingleton<StepPipeline>();
        services.AddSingleton<IReconfigurable>(provider => provider.GetRequiredService<StepPipeline>());
        services.AddSingleton<IMessageConsumers>(provider => new StepConsumers(
            provider.GetRequiredService<StepPipeline>(), provider.GetRequiredService<StepProblems>(), provider.GetRequiredService<TConsumers>()));
        services.AddSingleton<PublishSteps>();
        services.AddSingleton<ReadSteps>();
    }
}
