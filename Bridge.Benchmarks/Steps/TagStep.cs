using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Benchmarks.Steps;

/// <summary>Adds a user property that tells the message's device.</summary>
public sealed class TagStep : MessageStep
{
    public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context)
    {
        var device = message.Topic[(message.Topic.LastIndexOf('/') + 1)..];
        return StepResult.Change(message with { UserProperties = [.. message.UserProperties, new UserProperty("device", device)] });
    }
}
