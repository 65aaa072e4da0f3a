using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Topics;

namespace Bridge.Server.Pipeline;

/// <summary>A step at work: which messages it gets, and what is known of how it does.</summary>
internal sealed class PipelineStep
{
    private readonly TopicFilter[] _filters;

    /// <param name="definition">The step.</param>
    /// <param name="place">Where it stands: its own options, or those of the step that it is a shadow of.</param>
    /// <param name="time">The clock.</param>
    /// <param name="before">The same step in another place or with another shadow; null where there is none.</param>
    public PipelineStep(StepDefinition definition, StepOptions place, TimeProvider time, PipelineStep? before = null)
    {
        Definition = definition;
        Place = place;
        Timeout = TimeSpan.FromMilliseconds(definition.Options.TimeoutMilliseconds);
        State = before?.State ?? new StepState(time);
        _filters = [.. place.Topics.Select(TopicFilter.Parse)];
    }

    public StepDefinition Definition { get; }

    public StepOptions Place { get; }

    public string Name => Definition.Options.Name;

    /// <summary>How long it may take for a message.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>
    /// After how long its thread is given up. Scripts end themselves before, which costs less; and on a busy machine a step may be slow for no
    /// reason of its own.
    /// </summary>
    public TimeSpan Patience => Timeout * 2;

    /// <summary>How it does.</summary>
    public StepState State { get; }

    public StepCounts Counts => State.Counts;

    /// <summary>The new version of it that is only compared; null where there is none.</summary>
    public StepShadow? Shadow { get; init; }

    public bool Serves(string brokerKey, StepStage stage) =>
        (Place.Broker == StepOptions.AnyBroker || Place.Broker == brokerKey) && (Definition.Stages & (StepStages)(1 << (int)stage)) != 0;

    public bool Matches(string topic)
    {
        foreach (var filter in _filters)
        {
            if (filter.Matches(topic))
                return true;
        }

        return false;
    }

    public ValueTask<StepResult> CallAsync(BridgeMessage message, in StepContext context) => context.Stage switch
    {
        StepStage.Message => Definition.Step.OnMessageAsync(message, context),
        StepStage.Publish => Definition.Step.OnPublishAsync(message, context),
        _ => Definition.Step.OnReadAsync(message, context),
    };

    /// <summary>Notes that a thread is given up that hangs in it.</summary>
    public void NoteStuck(BridgeMessage message)
    {
        State.NoteStuck();
        (Definition.Step as IAbandonable)?.Abandon(message.BrokerKey);
    }
}
