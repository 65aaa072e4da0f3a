using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Tests.Pipeline;

/// <summary>A step that does the same on all ways.</summary>
internal sealed class LambdaStep(Func<BridgeMessage, StepContext, ValueTask<StepResult>> process) : MessageStep
{
    public LambdaStep(Func<BridgeMessage, StepResult> process)
        : this((message, _) => process(message))
    {
    }

    public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) => process(message, context);

    public override ValueTask<StepResult> OnPublishAsync(BridgeMessage message, StepContext context) => process(message, context);

    public override ValueTask<StepResult> OnReadAsync(BridgeMessage message, StepContext context) => process(message, context);
}
