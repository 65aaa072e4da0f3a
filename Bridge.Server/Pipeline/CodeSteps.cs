using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline;

/// <summary>A step that the host's code registers.</summary>
/// <param name="Type">Its class.</param>
/// <param name="Options">Which messages it processes, and what becomes of them when it cannot.</param>
internal sealed record CodeStep(Type Type, StepOptions Options);

/// <summary>The steps that the host's code registers, in the order in which it does.</summary>
internal sealed class CodeSteps : IStepSource
{
    private readonly IReadOnlyList<StepDefinition> _steps;

    /// <exception cref="BridgeConfigurationException">What the code says of a step cannot be used.</exception>
    public CodeSteps(IEnumerable<CodeStep> steps, IServiceProvider services)
    {
        var registered = steps.ToList();
        var errors = new List<string>();
        foreach (var step in registered)
            StepOptionsValidator.Check(step.Options, new OptionsChecks(errors, $"AddStep<{step.Type.Name}>", ""));
        if (errors.Count > 0)
            throw new BridgeConfigurationException(errors);

        _steps = [.. registered.Select(step => new StepDefinition(
            StepKind.Code,
            step.Options,
            StepClass.StagesOf(step.Type),
            (MessageStep)ActivatorUtilities.GetServiceOrCreateInstance(services, step.Type),
            StepClass.VersionOf(step.Type)))];
    }

    public Action? Changed { get; set; }

    public IReadOnlyList<StepDefinition> Find(PipelineOptions options, IReadOnlyList<StepDefinition> current) => _steps;
}
