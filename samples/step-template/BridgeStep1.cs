using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace BridgeStep1;

/// <summary>
/// A processing step. Publish the project into the folder plugins/BridgeStep1 beside the bridge, and name the class in its configuration:
/// { "Name": "my-step", "Topics": ["plant/#"], "Class": "BridgeStep1.MyStep" }
/// </summary>
public sealed class MyStep : MessageStep
{
    /// <summary>Messages from a broker. Remove what you do not need: a method that is not there costs nothing.</summary>
    public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context)
    {
        if (message.Payload.IsEmpty)
            return StepResult.Pass;

        return StepResult.Change(message.WithText(message.GetText().Trim()));
    }

    /// <summary>Messages that clients publish.</summary>
    public override ValueTask<StepResult> OnPublishAsync(BridgeMessage message, StepContext context) =>
        message.Payload.IsEmpty ? StepResult.Reject("an empty message") : StepResult.Pass;
}
