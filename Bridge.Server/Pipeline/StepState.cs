using System.Collections.Concurrent;
using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>How a step does: what is counted of it, and what it is not called for. It stays when the step gets another place or shadow.</summary>
internal sealed class StepState(TimeProvider time)
{
    /// <summary>So many threads may hang in it; then it is not called until one of them comes back.</summary>
    private const int MostStuck = 4;

    private readonly ConcurrentDictionary<(string BrokerKey, StepStage Stage), StepSuspensions> _suspensions = [];
    private volatile bool _hasOverrun;
    private int _stuck;

    public StepCounts Counts { get; } = new();

    /// <summary>How many threads hang in it.</summary>
    public int Stuck => Volatile.Read(ref _stuck);

    /// <summary>For how many topics it is not called now.</summary>
    public int SuspendedTopics => _suspensions.Values.Sum(suspensions => suspensions.Topics);

    /// <summary>Whether that is so for all topics of a broker on a way.</summary>
    public bool IsSuspended => Stuck >= MostStuck || _suspensions.Values.Any(suspensions => suspensions.IsForAll);

    /// <summary>Whether it is not to be called for a topic now, because it took too much.</summary>
    public bool IsSuspendedFor(StepLane lane, string topic) =>
        Stuck >= MostStuck || (_hasOverrun && _suspensions.TryGetValue((lane.BrokerKey, lane.Stage), out var known) && known.IsSuspended(topic));

    /// <summary>Notes that a call took more than it may. What holds up one way says nothing of the others.</summary>
    /// <param name="lane">Where.</param>
    /// <param name="topic">The message's topic.</param>
    /// <param name="held">For how long others had to wait for it.</param>
    /// <returns>Null, or what it is not called for from now on.</returns>
    public string? NoteOverrun(StepLane lane, string topic, TimeSpan held)
    {
        _hasOverrun = true;
        var suspensions = _suspensions.GetOrAdd((lane.BrokerKey, lane.Stage), _ => new StepSuspensions(time));
        return !suspensions.NoteOverrun(topic, held) ? null : suspensions.IsForAll ? $"all topics of broker {lane.BrokerKey}" : topic;
    }

    /// <summary>Notes that a call took no more than it may.</summary>
    public void NoteDone(StepLane lane, string topic)
    {
        if (_hasOverrun && _suspensions.TryGetValue((lane.BrokerKey, lane.Stage), out var known))
            known.NoteDone(topic);
    }

    /// <summary>Notes that a thread is given up that hangs in it.</summary>
    public void NoteStuck() => Interlocked.Increment(ref _stuck);

    /// <summary>Notes that it came back.</summary>
    public void NoteBack() => Interlocked.Decrement(ref _stuck);
}
