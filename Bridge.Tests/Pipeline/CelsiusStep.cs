using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Tests.Pipeline;

/// <summary>The step in docs/steps.md.</summary>
public sealed class Celsius : MessageStep
{
    public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) =>
        double.TryParse(message.Payload.Span, out var fahrenheit)
            ? StepResult.Change(message.WithText($"{(fahrenheit - 32) / 1.8:0.0}"))
            : StepResult.Reject("it is no number");
}
