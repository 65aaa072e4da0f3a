using Jint;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>
/// What one call of a script has left: statements, memory, time. It counts from <see cref="Begin"/> to <see cref="End"/>, however often the
/// engine is entered between them.
/// </summary>
/// <param name="limits">How much a call may take.</param>
/// <param name="time">The clock.</param>
internal sealed class ScriptBudget(ScriptLimitOptions limits, TimeProvider time) : Constraint
{
    /// <summary>A look at the clock costs as much as a small statement.</summary>
    private const int ChecksPerLook = 4;

    private int _statements;
    private long _memory;
    private long _deadline;
    private TimeSpan _timeout;
    private volatile bool _isAbandoned;

    /// <summary>Says where the script is, for the message.</summary>
    public Func<string> Position { get; set; } = () => "";

    public ScriptLimitOptions Limits => limits;

    /// <summary>Whether memory was what was too much: then the engine may hold what it should not.</summary>
    public bool IsOutOfMemory { get; private set; }

    /// <summary>How many bytes were allocated since it began.</summary>
    public long Allocated => GC.GetAllocatedBytesForCurrentThread() - _memory;

    public void Begin(TimeSpan timeout)
    {
        _statements = 0;
        _memory = GC.GetAllocatedBytesForCurrentThread();
        _timeout = timeout;
        _deadline = time.GetTimestamp() + (long)(timeout.TotalSeconds * time.TimestampFrequency);
    }

    public void End() => _deadline = 0;

    /// <summary>Ends the call that is under way on another thread, at its next statement.</summary>
    public void Abandon() => _isAbandoned = true;

    /// <inheritdoc/>
    /// <exception cref="StepOverrunException">The call took too much of something.</exception>
    public override void Check()
    {
        if (_deadline == 0)
            return;

        if (++_statements > limits.Statements)
            throw Overrun($"more than {limits.Statements} statements", "Bridge:Pipeline:ScriptLimits:Statements");
        if (Allocated > limits.MemoryBytes)
            throw OverrunMemory();
        if (_statements % ChecksPerLook == 0)
            CheckTime();
    }

    /// <summary>Looks at memory and time, for what takes much of them without a statement.</summary>
    /// <inheritdoc cref="Check"/>
    public void Look()
    {
        if (_deadline != 0 && Allocated > limits.MemoryBytes)
            throw OverrunMemory();
        CheckTime();
    }

    private void CheckTime()
    {
        if (_isAbandoned || (_deadline != 0 && time.GetTimestamp() >= _deadline))
            throw OverrunTime();
    }

    /// <summary>The engine invites to begin anew each time that it is entered; a call enters it several times.</summary>
    public override void Reset()
    {
    }

    public StepOverrunException OverrunTime(Exception? inner = null) =>
        Overrun($"more than {_timeout.TotalMilliseconds:0} ms", "timeoutMilliseconds of the step", inner);

    public StepOverrunException OverrunDepth(Exception? inner = null) =>
        Overrun($"calls or values nested too deep (calls: more than {limits.CallDepth})", "Bridge:Pipeline:ScriptLimits:CallDepth", inner);

    public StepOverrunException OverrunMemory(Exception? inner = null)
    {
        IsOutOfMemory = true;
        return Overrun($"more than {limits.MemoryBytes} bytes of memory", "Bridge:Pipeline:ScriptLimits:MemoryBytes", inner);
    }

    private StepOverrunException Overrun(string what, string setting, Exception? inner = null) => new($"{Position()}{what} ({setting})", inner);
}
