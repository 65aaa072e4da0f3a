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
        pipeline.Close(brokerKey);
        inner.Close(brokerKey, last);
    }

    private StepConsumer Begin(string brokerKey) =>
        new(brokerKey, inner, inner.Open(brokerKey), pipeline.LaneOf(brokerKey, StepStage.Message), problems);
}

/// <summary>Has one broker's messages go through the steps. Those that no step wants do not wait for the others.</summary>
internal sealed class StepConsumer(string brokerKey, IMessageConsumers consumers, IMessageConsumer inner, StepLane lane, StepProblems problems)
    : IMessageConsumer, IStepOutput
{
    private bool _isBehind;

    public long Advance() => inner.Advance();

    public void MayHaveMissed() => inner.MayHaveMissed();

    public void StateChanged(BrokerStateChange change) => inner.StateChanged(change);

    public void Receive(BridgeMessage message, long subscribedAt, Activity? trace = null)
    {
        if (!lane.Takes(message.Topic))
            inner.Receive(message, subscribedAt, trace);
        else
            NoteRoom(lane.Post(new StepWork(message, this, Tag: subscribedAt, Trace: trace), makesRoom: true) == StepPost.Taken);
    }

    public void GoOn(in StepWork work, BridgeMessage message)
    {
        if (message.Cursor is not null)
            message = message with { Cursor = null };
        if (work.Trace is { } trace)
            BridgeActivities.Record("bridge steps", trace.Context, message.ReceivedAt, lane.Settings.Time.GetUtcNow());
        if (message.BrokerKey == brokerKey)
            inner.Receive(message, work.Tag, work.Trace);
        else
            consumers.Find(message.BrokerKey)?.Receive(message, -1, work.Trace);
    }

    public void End(in StepWork work, in StepVerdict verdict)
    {
        // Nobody waits for it; what went wrong is told by the step's own counts.
    }

    private void NoteRoom(bool hasRoom)
    {
        if (hasRoom)
        {
            _isBehind = false;
            return;
        }

        problems.LeftOut(brokerKey, lane.LeftOut);
        if (_isBehind)
            return;

        // Who resumes is told once for each time that messages were left out.
        _isBehind = true;
        inner.MayHaveMissed();
    }
}
