using System.Collections.Concurrent;
using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>
/// A new version of a step on live traffic: it gets the same messages on ways of its own, and what it makes of them is compared with what the
/// step makes of them, and goes nowhere.
/// </summary>
internal sealed class StepShadow(PipelineStep step, StepLaneSettings settings) : IDisposable
{
    /// <summary>So many differences are kept to look at.</summary>
    private const int MostKept = 10;

    private readonly ConcurrentDictionary<(string BrokerKey, StepStage Stage), StepLane> _lanes = [];
    private readonly ConcurrentQueue<ShadowDifference> _differences = [];
    private readonly PipelineStep[] _chain = [step];
    private volatile bool _isDisposed;
    private long _compared;
    private long _different;
    private long _skipped;

    /// <summary>The new version; its counts are those of a step.</summary>
    public PipelineStep Step => step;

    /// <summary>How many messages were compared.</summary>
    public long Compared => Interlocked.Read(ref _compared);

    /// <summary>How many of them became something else.</summary>
    public long Different => Interlocked.Read(ref _different);

    /// <summary>How many were not compared, because it cannot keep up.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <summary>The last that became something else, the newest last.</summary>
    public IReadOnlyList<ShadowDifference> Differences => [.. _differences];

    /// <summary>Gives it a message that the step is done with.</summary>
    /// <param name="lane">The message's way.</param>
    /// <param name="journey">The message, as the step got it.</param>
    /// <param name="result">What the step made of it.</param>
    /// <param name="failure">Or why it did not.</param>
    public void Compare(StepLane lane, in Journey journey, in StepResult result, Exception? failure)
    {
        if (_isDisposed)
            return;

        var own = _lanes.GetOrAdd((lane.BrokerKey, lane.Stage), way => new StepLane(way.BrokerKey, way.Stage, _chain, settings));
        var comparison = new Comparison(this, ShadowOutcome.Of(journey.Message, result, failure));
        if (!own.Post(new StepWork(journey.Message, comparison, journey.Work.User), makesRoom: true))
            Interlocked.Increment(ref _skipped);
    }

    /// <summary>Ends its ways of a broker that is no more.</summary>
    public void Close(string brokerKey)
    {
        foreach (var stage in Enum.GetValues<StepStage>())
        {
            if (_lanes.TryRemove((brokerKey, stage), out var lane))
                lane.Dispose();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var lane in _lanes.Values)
            lane.Dispose();
    }

    private void Note(BridgeMessage message, ShadowOutcome expected, ShadowOutcome actual)
    {
        if (!expected.IsSameAs(actual))
        {
            Interlocked.Increment(ref _different);
            _differences.Enqueue(new ShadowDifference(settings.Time.GetUtcNow(), message.BrokerKey, message.Topic, expected.ToString(), actual.ToString()));
            while (_differences.Count > MostKept)
                _differences.TryDequeue(out _);
        }

        // Last: what was compared can be seen.
        Interlocked.Increment(ref _compared);
    }

    private sealed class Comparison(StepShadow shadow, ShadowOutcome expected) : IStepOutput
    {
        private readonly List<BridgeMessage> _messages = [];

        public void GoOn(in StepWork work, BridgeMessage message) => _messages.Add(message);

        public void End(in StepWork work, in StepVerdict verdict)
        {
            if (verdict.Code is not null)
                Interlocked.Increment(ref shadow._skipped);
            else
                shadow.Note(work.Message, expected, new ShadowOutcome(verdict.End, _messages, verdict.Reason));
        }
    }
}

/// <summary>A message that became something else in a new version of a step.</summary>
/// <param name="At">When.</param>
/// <param name="BrokerKey">Its broker.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Expected">What it became in the step.</param>
/// <param name="Actual">What it became in the new version.</param>
internal sealed record ShadowDifference(DateTimeOffset At, string BrokerKey, string Topic, string Expected, string Actual);
