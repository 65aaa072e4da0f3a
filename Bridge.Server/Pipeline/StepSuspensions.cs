namespace Bridge.Server.Pipeline;

/// <summary>
/// Which topics a step is not called for, because it took more than it may: it would hold up the others. One topic is suspended after some
/// calls that did; all are where such calls take too much of the time. After a while it is tried again.
/// </summary>
internal sealed class StepSuspensions(TimeProvider time)
{
    /// <summary>After so many in a row a topic is suspended.</summary>
    public const int Overruns = 3;

    /// <summary>For so long.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    /// <summary>So much of that time calls may take that end for nothing; then the step is suspended for all topics.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(4);

    /// <summary>So many topics are known at most; those beyond count for <see cref="Budget"/> only.</summary>
    private const int MostTopics = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string BrokerKey, string Topic), (int Overruns, long At)> _topics = [];
    private long _spentSince;
    private TimeSpan _spent;
    private long? _allSince;
    private volatile bool _isNeeded;

    /// <summary>How many topics are suspended now.</summary>
    public int Topics
    {
        get
        {
            lock (_gate)
                return _topics.Values.Count(topic => topic.Overruns >= Overruns && !IsOver(topic.At));
        }
    }

    /// <summary>Whether all are.</summary>
    public bool IsForAll
    {
        get
        {
            lock (_gate)
                return _allSince is { } at && !IsOver(at);
        }
    }

    public bool IsSuspended(string brokerKey, string topic)
    {
        if (!_isNeeded)
            return false;

        lock (_gate)
        {
            if (_allSince is { } at && !IsOver(at))
                return true;
            return _topics.TryGetValue((brokerKey, topic), out var known) && known.Overruns >= Overruns && !IsOver(known.At);
        }
    }

    /// <param name="brokerKey">The message's broker.</param>
    /// <param name="topic">The message's topic.</param>
    /// <param name="held">For how long others had to wait for the call.</param>
    /// <returns>Whether that suspends the topic, or all, from now on.</returns>
    public bool NoteOverrun(string brokerKey, string topic, TimeSpan held)
    {
        lock (_gate)
        {
            _isNeeded = true;
            if (IsOver(_spentSince))
                (_spentSince, _spent) = (time.GetTimestamp(), TimeSpan.Zero);
            _spent += held;
            if (_spent > Budget)
                _allSince = time.GetTimestamp();

            var overruns = _topics.GetValueOrDefault((brokerKey, topic)).Overruns + 1;
            if (overruns > 1 || HasRoom())
                _topics[(brokerKey, topic)] = (overruns, time.GetTimestamp());
            return overruns >= Overruns || _spent > Budget;
        }
    }

    /// <summary>Notes that a call took no more than it may.</summary>
    public void NoteDone(string brokerKey, string topic)
    {
        if (!_isNeeded)
            return;

        lock (_gate)
        {
            _topics.Remove((brokerKey, topic));
            _isNeeded = _topics.Count > 0 || (_allSince is { } at && !IsOver(at));
        }
    }

    private bool HasRoom()
    {
        if (_topics.Count < MostTopics)
            return true;

        foreach (var (topic, known) in _topics)
        {
            if (IsOver(known.At))
                _topics.Remove(topic);
        }

        return _topics.Count < MostTopics;
    }

    private bool IsOver(long since) => time.GetElapsedTime(since) >= Length;
}
