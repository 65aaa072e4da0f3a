using Bridge.Contracts.Steps;
using Bridge.Server.Messages;

namespace Bridge.Server.Pipeline;

/// <summary>The thread on which a lane's messages go through the steps.</summary>
internal sealed class StepWorker(StepLane lane) : IDisposable
{
    private readonly TimeProvider _time = lane.Settings.Time;
    private CancellationTokenSource _cancellation = new();
    private Journey _journey;
    private PipelineStep? _step;
    private long _began;
    private long _calls;

    // The number of the call that is being made; 0 between calls. Who sets it to 0 goes on with the message.
    private long _call;

    /// <summary>In how long <see cref="TryLeave"/> may succeed for the call that is being made; null between calls.</summary>
    public TimeSpan? LeavesIn =>
        Interlocked.Read(ref _call) != 0 && _step is { } step ? step.Patience - _time.GetElapsedTime(Volatile.Read(ref _began)) : null;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"steps {lane.BrokerKey}" }.Start();

    /// <summary>Gives the thread up where its step takes far too long; it ends when it comes back.</summary>
    /// <param name="journey">The message that it is with.</param>
    /// <param name="answer">What is said of the step.</param>
    public bool TryLeave(out Journey journey, out StepAnswer answer)
    {
        var call = Interlocked.Read(ref _call);
        var (step, took) = (_step, _time.GetElapsedTime(Volatile.Read(ref _began)));
        journey = default;
        answer = null!;
        // What was read is of this call if it is still the same one.
        if (call == 0 || took < step!.Patience || Interlocked.CompareExchange(ref _call, 0, call) != call)
            return false;

        journey = _journey;
        answer = new StepAnswer(default, new StepOverrunException($"took longer than {step.Timeout.TotalMilliseconds:0} ms, and goes on"), took, took);
        step.NoteStuck(journey.Message);
        _ = _cancellation.CancelAsync();
        return true;
    }

    public void Dispose() => _cancellation.Dispose();

    private void Run()
    {
        using var disposing = this;
        while (lane.TryTake(this, out var next))
        {
            _journey = next.Journey;
            try
            {
                if (next.Answer is { } answer && !Take(answer))
                    continue;
                if (!Travel())
                    return;
            }
            catch (Exception exception)
            {
                // Of the bridge itself: what fails in a step does not get here.
                lane.Settings.Problems.Broken(lane.BrokerKey, _journey.Work.Message.Topic, exception);
                End(new StepVerdict(StepEnd.Failed, Reason: "the bridge failed; its log says why"));
            }
        }
    }

    /// <summary>Goes from step to step, until the message is through, or waits.</summary>
    /// <returns>False when this thread was given up.</returns>
    private bool Travel()
    {
        while (true)
        {
            if (_journey.Next == _journey.Chain.Length)
            {
                _journey.Work.Output.GoOn(_journey.Work, _journey.Message);
                if (!EndPart(new StepVerdict(StepEnd.WentOn)))
                    return true;
                continue;
            }

            var step = _journey.Chain[_journey.Next];
            if (!step.Matches(_journey.Message.Topic))
                _journey.Next++;
            else if (step.IsSuspendedFor(_journey.Message))
            {
                step.Counts.Note(StepCall.Suspended, TimeSpan.Zero);
                if (!FailAt(step, "is suspended, because it took too long before"))
                    return true;
            }
            else if (Call(step) is var outcome && outcome != Called.GoesOn)
                return outcome == Called.IsThrough;
        }
    }

    private Called Call(PipelineStep step)
    {
        var (call, result, pending, answer) = (++_calls, default(StepResult), default(Task<StepResult>), default(StepAnswer));
        _step = step;
        Volatile.Write(ref _began, _time.GetTimestamp());
        Interlocked.Exchange(ref _call, call);
        try
        {
            var called = step.CallAsync(_journey.Message, new StepContext(lane.Stage, _journey.Work.User, _cancellation.Token));
            if (called.IsCompletedSuccessfully)
                result = called.Result;
            else
                pending = called.AsTask();
        }
        catch (Exception exception)
        {
            var took = _time.GetElapsedTime(_began);
            answer = new StepAnswer(default, exception, took, took);
        }

        if (Interlocked.CompareExchange(ref _call, 0, call) != call)
        {
            step.NoteBack();
            pending?.Observe();
            return Called.IsLeft;
        }

        if (pending is not null)
        {
            Wait(step, pending);
            return Called.IsThrough;
        }

        var goesOn = answer is null ? Take(step, result, _time.GetElapsedTime(_began)) : Take(answer);
        return goesOn ? Called.GoesOn : Called.IsThrough;
    }

    /// <summary>The message waits for its step, and the thread goes on with those of other topics.</summary>
    private void Wait(PipelineStep step, Task<StepResult> pending)
    {
        lane.Hold(ref _journey);
        _ = StepWait.RunAsync(lane, _journey, pending, step.Timeout, _cancellation, _began);
        // It may be cancelled now.
        _cancellation = new CancellationTokenSource();
    }

    private bool Take(StepAnswer answer)
    {
        var step = _journey.Chain[_journey.Next];
        if (answer.Failure is null)
            return Take(step, answer.Result, answer.Took);

        lane.Settings.Problems.Failed(step, _journey.Message, answer);
        step.Shadow?.Compare(lane, _journey, default, answer.Failure);
        return FailAt(step, answer.Failure is StepOverrunException ? answer.Failure.Message : "failed");
    }

    /// <returns>Whether there is more to do with the message.</returns>
    private bool Take(PipelineStep step, in StepResult result, TimeSpan took)
    {
        var before = _journey.Message;
        if (result.Outcome is StepOutcome.Change or StepOutcome.Split && lane.Settings.Checks.FindProblem(before, result, lane.Stage) is { } problem)
            return Take(new StepAnswer(default, new InvalidOperationException(problem), took, TimeSpan.Zero));

        step.Suspensions.NoteDone(before.BrokerKey, before.Topic);
        step.Shadow?.Compare(lane, _journey, result, null);
        switch (result.Outcome)
        {
            case StepOutcome.Pass:
                step.Counts.Note(StepCall.Passed, took);
                _journey.Next++;
                return true;
            case StepOutcome.Change:
                step.Counts.Note(StepCall.Changed, took);
                (_journey.Message, _journey.Next) = (result.Message!, _journey.Next + 1);
                return true;
            case StepOutcome.Split:
                step.Counts.Note(StepCall.Split, took);
                _journey.Rest = new Branch(result.Messages, _journey.Next + 1, _journey.Rest);
                return EndPart(new StepVerdict(StepEnd.Dropped, step.Name));
            case StepOutcome.Drop:
                step.Counts.Note(StepCall.Dropped, took);
                return EndPart(new StepVerdict(StepEnd.Dropped, step.Name));
            default:
                lane.Settings.Problems.Rejected(step, before, result.Reason!, took);
                return EndPart(new StepVerdict(StepEnd.Rejected, step.Name, result.Reason));
        }
    }

    private bool FailAt(PipelineStep step, string problem)
    {
        if (step.Place.OnFailure == StepFailureAction.Block)
            return EndPart(new StepVerdict(StepEnd.Failed, step.Name, problem));

        _journey.Next++;
        return true;
    }

    /// <summary>The end of a message, or of one of those that it was split into.</summary>
    /// <returns>Whether another of them comes next.</returns>
    private bool EndPart(in StepVerdict verdict)
    {
        _journey.Verdict = _journey.Verdict.Or(verdict);
        if (_journey.TakeBranch())
            return true;

        End(_journey.Verdict);
        return false;
    }

    private void End(in StepVerdict verdict)
    {
        try
        {
            _journey.Work.Output.End(_journey.Work, verdict);
        }
        finally
        {
            lane.Finish(_journey);
        }
    }

    private enum Called
    {
        GoesOn,
        IsThrough,
        IsLeft,
    }
}
