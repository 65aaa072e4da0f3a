using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>A step, and where it stands.</summary>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Options">Which messages it processes, and what becomes of them when it cannot.</param>
/// <param name="Stages">On which ways it processes messages.</param>
/// <param name="Step">The step. The same one as before goes on with what it knows.</param>
/// <param name="Version">Tells one version from another: a file's digest, an assembly's version; null where it has none.</param>
internal sealed record StepDefinition(StepKind Kind, StepOptions Options, StepStages Stages, MessageStep Step, string? Version = null);

/// <summary>Where a step comes from.</summary>
internal enum StepKind
{
    /// <summary>Registered in the host's code.</summary>
    Code,

    /// <summary>A class of a plugin.</summary>
    Plugin,

    /// <summary>One of the bridge's own, by configuration.</summary>
    Ready,

    /// <summary>A file of JavaScript.</summary>
    Script,
}
