namespace Bridge.Server.Pipeline;

/// <summary>What is counted of a step. Any thread may read it.</summary>
internal sealed class StepCounts
{
    private readonly long[] _calls = new long[Enum.GetValues<StepCall>().Length];
    private long _ticks;
    private long _mostTicks;
    private long _suspensions;
    private volatile StepProblem? _lastProblem;

    /// <summary>How many calls ended in a way.</summary>
    public long Of(StepCall call) => Interlocked.Read(ref _calls[(int)call]);

    /// <summary>How long all calls took.</summary>
    public TimeSpan Time => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    /// <summary>How long the longest took.</summary>
    public TimeSpan MostTime => TimeSpan.FromTicks(Interlocked.Read(ref _mostTicks));

    /// <summary>What went wrong last, or was rejected last; null where nothing was.</summary>
    public StepProblem? LastProblem => _lastProblem;

    public void Note(StepCall call, TimeSpan took)
    {
        Interlocked.Increment(ref _calls[(int)call]);
        Interlocked.Add(ref _ticks, took.Ticks);
        // Two at a time may note the shorter; the next that is as long mends it.
        if (took.Ticks > Volatile.Read(ref _mostTicks))
            Volatile.Write(ref _mostTicks, took.Ticks);
    }

    /// <summary>Notes what was wrong with a call that is counted already.</summary>
    public void Note(StepProblem problem) => _lastProblem = problem;

    /// <returns>How many times topics have been suspended.</returns>
    public long NoteSuspension() => Interlocked.Increment(ref _suspensions);

    /// <returns>How many such calls there have been.</returns>
    public long Note(StepCall call, TimeSpan took, StepProblem problem)
    {
        Note(call, took);
        _lastProblem = problem;
        return Of(call);
    }
}

/// <summary>What went wrong in a step.</summary>
/// <param name="At">When.</param>
/// <param name="BrokerKey">With a message of which broker.</param>
/// <param name="Topic">With a message on which topic.</param>
/// <param name="Text">What.</param>
internal sealed record StepProblem(DateTimeOffset At, string BrokerKey, string Topic, string Text);

/// <summary>How a call of a step ended.</summary>
internal enum StepCall : byte
{
    Passed,
    Changed,
    Dropped,
    Split,
    Rejected,

    /// <summary>It threw, or its result cannot be used.</summary>
    Failed,

    /// <summary>It took more than it may.</summary>
    Overran,

    /// <summary>It was not made, because those before took more than they may.</summary>
    Suspended,
}
