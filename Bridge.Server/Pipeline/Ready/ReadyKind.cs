using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>A kind of ready step: the group of its settings, and what is made of them.</summary>
/// <param name="Name">The name of the group.</param>
/// <param name="MayBeOn">The ways that it makes sense on.</param>
/// <param name="IsIn">Whether its group is set.</param>
/// <param name="Check">Finds what is wrong with its group.</param>
/// <param name="Create">Makes the step of its group, which is right.</param>
internal sealed record ReadyKind(
    string Name,
    StepStages MayBeOn,
    Func<ConfiguredStepOptions, bool> IsIn,
    Action<ConfiguredStepOptions, OptionsChecks, IReadOnlyCollection<string>> Check,
    Func<ConfiguredStepOptions, string, TimeProvider, ReadyStep> Create);
