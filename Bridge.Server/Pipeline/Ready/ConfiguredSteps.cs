using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using Bridge.Server.Pipeline.Plugins;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>The steps that the configuration names, in its order.</summary>
internal sealed class ConfiguredSteps(PluginClasses classes, IHostEnvironment environment, IServiceProvider services, TimeProvider time) : IStepSource
{
    public Action? Changed { get; set; }

    public IReadOnlyList<StepDefinition> Find(PipelineOptions options, IReadOnlyList<StepDefinition> current)
    {
        var errors = new List<string>();
        var found = new List<StepDefinition>();
        foreach (var (i, step) in options.Steps.Index())
        {
            try
            {
                found.Add(current.FirstOrDefault(known => IsSame(known, step)) ?? Create(step));
            }
            catch (Exception exception)
            {
                errors.Add($"{BridgeOptions.Section}:{nameof(BridgeOptions.Pipeline)}:{nameof(options.Steps)}:{i}: {exception.Message}");
            }
        }

        return errors.Count == 0 ? found : throw new BridgeConfigurationException(errors);
    }

    private static bool IsSame(StepDefinition known, ConfiguredStepOptions step) =>
        known.Options is ConfiguredStepOptions options && !OptionsComparison.Differences(options, step, "").Any();

    private StepDefinition Create(ConfiguredStepOptions step)
    {
        if (ReadySteps.Create(step, environment.ContentRootPath, time) is { } ready)
            return new StepDefinition(StepKind.Ready, step, ReadySteps.StagesOf(step), ready);

        var type = classes.Find(step.Class!) ?? throw new InvalidOperationException(
            $"Class: there is no plugin with the class {step.Class}; there are: {string.Join(", ", classes.Names.DefaultIfEmpty("none"))}");
        var overridden = StepClass.StagesOf(type);
        return new StepDefinition(
            StepKind.Plugin, step, step.On.Count > 0 ? ReadySteps.StagesOf(step) & overridden : overridden, Create(type, step), StepClass.VersionOf(type));
    }

    /// <summary>What a constructor is not given must not be given to it.</summary>
    private MessageStep Create(Type type, ConfiguredStepOptions step)
    {
        var takesSettings = type.GetConstructors().Any(constructor => constructor.GetParameters().Any(parameter => parameter.ParameterType == typeof(IReadOnlyDictionary<string, string>)));
        if (!takesSettings && step.Settings.Count > 0)
            throw new InvalidOperationException($"Settings: {type.FullName} takes none; a constructor would have an IReadOnlyDictionary<string, string>");

        object[] arguments = takesSettings ? [step.Settings] : [];
        return (MessageStep)ActivatorUtilities.CreateInstance(services, type, arguments);
    }
}
