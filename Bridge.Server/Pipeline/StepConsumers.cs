using System.Collections.Concurrent;
using System.Diagnostics;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Messages;

namespace Bridge.Server.Pipeline;

/// <summary>Has what comes from brokers go through the steps before those take it who would have otherwise.</summary>
internal sealed class StepConsumers(StepPipeline pipeline, StepProblems problems, IMessageConsumers inner) : IMessageConsumers
{
    private readonly ConcurrentDictionary<string, StepConsumer> _consumers = new(StringComparer.Ordinal);

    public IMessageConsumer Open(string brokerKey) => _consumers.GetOrAdd(brokerKey, Begin);

    public IMessageConsumer? Find(string brokerKey) => inner.Find(brokerKey);

    public void Close(string brokerKey, BrokerStateChange last)
    {
        _consumers.TryRemove(brokerKey, out _);
        inner.Close(brokerKey, last);
        // Behind it: for a broker that is none no ways begin any more.
        pipeline.Close(brokerKey);
    }

    private StepConsumer Begin(string brokerKey) =>
        new(brokerKey, inner, inner.Open(brokerKey), pipeline.LaneOf(brokerKey, StepStage.Message), problems);
}

/// <summary>Has one broker's messages go through the steps. Those that no step wants do not wait for the others.</summary>
internal sealed class StepConsumer(string brokerKey, IMessageConsumers consumers, IMessageConsumer inner, StepLane lane, StepProblems problems)
    : IMessageConsumer, IStepOutput
{
    public long Position => inner.Position;

    public long Advance() => inner.Advance();

    public void MayHaveMissed() => inner.MayHaveMissed();

    public void StateChanged(BrokerStateChange change) => inner.StateChanged(change);

    public void Receive(BridgeMessage message, long subscribedAt, Activity? trace = null, long arrivedAt = long.MaxValue)
    {
        if (!lane.Takes(message.Topic))
            inner.Receive(message, subscribedAt, trace, arrivedAt);
        else if (!lane.Post(new StepWork(message, this, Tag: subscribedAt, Trace: trace, ArrivedAt: inner.Position), makesRoom: true))
            NoteLeftOut();
    }

    public void GoOn(in StepWork work, BridgeMessage message)
    {
        if (message.Cursor is not null)
            message = message with { Cursor = null };
        if (work.Trace is { } trace)
            BridgeActivities.Record("bridge steps", trace.Context, message.ReceivedAt, lane.Settings.Time.GetUtcNow());
        if (message.BrokerKey == brokerKey)
            inner.Receive(message, work.Tag, work.Trace, work.ArrivedAt);
        else
            consumers.Find(message.BrokerKey)?.Receive(message, -1, work.Trace);
    }

    /// <summary>Nobody waits for it. What goes wrong in a step is told by the step's own counts.</summary>
    public void End(in StepWork work, in StepVerdict verdict)
    {
        if (verdict.Code == ErrorCodes.Overloaded)
            NoteLeftOut();
    }

    /// <summary>Who resumes is told that something is missing.</summary>
    private void NoteLeftOut()
    {
        problems.LeftOut(brokerKey, lane.LeftOut);
        inner.MayHaveMissed();
    }
}
