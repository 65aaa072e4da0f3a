using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Topics;

namespace Bridge.Server.Pipeline;

/// <summary>A step at work: which messages it gets, and what is known of how it does.</summary>
internal sealed class PipelineStep
{
    /// <summary>So many threads may hang in a step; then it is not called until one of them comes back.</summary>
    private const int MostStuck = 4;

    private readonly TopicFilter[] _filters;
    private int _stuck;

    /// <param name="definition">The step.</param>
    /// <param name="place">Where it stands: its own options, or those of the step that it is a shadow of.</param>
    /// <param name="time">The clock.</param>
    public PipelineStep(StepDefinition definition, StepOptions place, TimeProvider time)
    {
        Definition = definition;
        Place = place;
        Timeout = TimeSpan.FromMilliseconds(definition.Options.TimeoutMilliseconds);
        Suspensions = new StepSuspensions(time);
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

    public StepCounts Counts { get; } = new();

    public StepSuspensions Suspensions { get; }

    /// <summary>The new version of it that is only compared; null where there is none.</summary>
    public StepShadow? Shadow { get; init; }

    /// <summary>How many threads hang in it.</summary>
    public int Stuck => Volatile.Read(ref _stuck);

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

    /// <summary>Whether it is not to be called for a topic now, because it took too much.</summary>
    public bool IsSuspendedFor(BridgeMessage message) => Stuck >= MostStuck || Suspensions.IsSuspended(message.BrokerKey, message.Topic);

    public ValueTask<StepResult> CallAsync(BridgeMessage message, in StepContext context) => context.Stage switch
    {
        StepStage.Message => Definition.Step.OnMessageAsync(message, context),
        StepStage.Publish => Definition.Step.OnPublishAsync(message, context),
        _ => Definition.Step.OnReadAsync(message, context),
    };

    /// <summary>Notes that a thread is given up that hangs in it.</summary>
    public void NoteStuck(BridgeMessage message)
    {
        Interlocked.Increment(ref _stuck);
        (Definition.Step as IAbandonable)?.Abandon(message.BrokerKey);
    }

    /// <summary>Notes that it came back.</summary>
    public void NoteBack() => Interlocked.Decrement(ref _stuck);
}
