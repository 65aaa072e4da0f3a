using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>The ways on which a step processes messages.</summary>
[Flags]
internal enum StepStages
{
    None = 0,
    Message = 1 << StepStage.Message,
    Publish = 1 << StepStage.Publish,
    Read = 1 << StepStage.Read,
}
