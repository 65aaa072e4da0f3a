using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>The bridge's own steps. A new one is its options, its step, a property of <see cref="ConfiguredStepOptions"/>, and its line here.</summary>
internal static class ReadySteps
{
    private const StepStages Ways = StepStages.Message | StepStages.Publish;

    // A last value that is read stays on its topic, and is one; how often it is read says nothing of it.
    private const StepStages AllWays = Ways | StepStages.Read;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ReadyKind> Kinds { get; } =
    [
        KindOf(nameof(ConfiguredStepOptions.PickField), AllWays, step => step.PickField, PickFieldStep.Check, group => new PickFieldStep(group)),
        new(nameof(ConfiguredStepOptions.Rename), Ways, step => step.Rename is not null,
            (step, checks, brokerKeys) => RenameStep.Check(step.Rename!, checks, brokerKeys), (step, _, _) => new RenameStep(step.Rename!)),
        KindOf(nameof(ConfiguredStepOptions.RateLimit), Ways, step => step.RateLimit, RateLimitStep.Check, (group, _, time) => new RateLimitStep(group, time)),
        KindOf(nameof(ConfiguredStepOptions.Deadband), Ways, step => step.Deadband, DeadbandStep.Check, (group, _, time) => new DeadbandStep(group, time)),
        KindOf(nameof(ConfiguredStepOptions.JsonSchema), AllWays, step => step.JsonSchema, JsonSchemaStep.Check, (group, root, _) => new JsonSchemaStep(group, root)),
        KindOf(nameof(ConfiguredStepOptions.Decode), AllWays, step => step.Decode, DecodeStep.Check, group => new DecodeStep(group)),
        KindOf(nameof(ConfiguredStepOptions.Sparkplug), Ways, step => step.Sparkplug, SparkplugStep.Check, group => new SparkplugStep(group)),
    ];

    /// <summary>Makes the step that these options, which were checked, describe; null where they name a class.</summary>
    /// <param name="options">The options.</param>
    /// <param name="contentRoot">Relative paths are relative to it.</param>
    /// <param name="time">The clock.</param>
    public static MessageStep? Create(ConfiguredStepOptions options, string contentRoot, TimeProvider time) =>
        Kinds.FirstOrDefault(kind => kind.IsIn(options))?.Create(options, contentRoot, time);

    /// <summary>On which ways the step is. <see cref="StepStages.None"/> for a class that <c>On</c> says nothing of: those that it overrides.</summary>
    public static StepStages StagesOf(ConfiguredStepOptions options) => options.On.Count == 0 && options.Class is null
        ? StepStages.Message
        : options.On.Aggregate(StepStages.None, (all, name) => all | StageOf(name));

    /// <returns><see cref="StepStages.None"/>: there is no such way.</returns>
    public static StepStages StageOf(string name) =>
        Enum.GetValues<StepStage>().Where(stage => string.Equals(name, stage.ToString(), StringComparison.OrdinalIgnoreCase))
            .Aggregate(StepStages.None, (all, stage) => all | (StepStages)(1 << (int)stage));

    private static ReadyKind KindOf<TGroup>(
        string name, StepStages mayBeOn, Func<ConfiguredStepOptions, TGroup?> group, Action<TGroup, OptionsChecks> check, Func<TGroup, ReadyStep> create)
        where TGroup : class => KindOf(name, mayBeOn, group, check, (options, _, _) => create(options));

    private static ReadyKind KindOf<TGroup>(
        string name,
        StepStages mayBeOn,
        Func<ConfiguredStepOptions, TGroup?> group,
        Action<TGroup, OptionsChecks> check,
        Func<TGroup, string, TimeProvider, ReadyStep> create)
        where TGroup : class => new(
            name,
            mayBeOn,
            step => group(step) is not null,
            (step, checks, _) => check(group(step)!, checks),
            (step, contentRoot, time) => create(group(step)!, contentRoot, time));
}
