using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Benchmarks.Steps;

/// <summary>Reads the payload as text, and makes another text of it.</summary>
public sealed class RewriteStep : MessageStep
{
    public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) =>
        StepResult.Change(message.WithText(message.GetText().Replace('.', '-')));
}
