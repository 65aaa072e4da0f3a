using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Benchmarks.Steps;

/// <summary>Looks at the payload, and lets the message go on as it is.</summary>
public sealed class LookStep : MessageStep
{
    public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) =>
        message.Payload.Span.Contains((byte)0) ? StepResult.Reject("it is no text") : StepResult.Pass;
}
