using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>A step of the bridge's own, by configuration: it does the same on every way, and answers at once.</summary>
internal abstract class ReadyStep : MessageStep
{
    /// <param name="message">The message.</param>
    /// <param name="stage">On which way it is. What a step remembers of a topic, it remembers of each way apart.</param>
    public abstract StepResult Process(BridgeMessage message, StepStage stage);

    public sealed override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) => Process(message, StepStage.Message);

    public sealed override ValueTask<StepResult> OnPublishAsync(BridgeMessage message, StepContext context) => Process(message, StepStage.Publish);

    public sealed override ValueTask<StepResult> OnReadAsync(BridgeMessage message, StepContext context) => Process(message, StepStage.Read);

    /// <summary>Whether the message deletes its topic's retained value (MQTT 5 §3.3.1.3): it has no content that could be processed.</summary>
    protected static bool IsDeletion(BridgeMessage message) => message is { Retain: true, Payload.IsEmpty: true };
}
