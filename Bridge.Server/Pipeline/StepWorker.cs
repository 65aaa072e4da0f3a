using Bridge.Contracts.Steps;
using Bridge.Server.Messages;

namespace Bridge.Server.Pipeline;

/// <summary>The thread on which a lane's messages go through the steps.</summary>
internal sealed class StepWorker(StepLane lane) : IDisposable
{
    private readonly TimeProvider _time = lane.Settings.Time;
    private CancellationTokenSource _cancellation = new();
    private readonly StepTraveller _traveller = new(lane);
    private PipelineStep? _step;
    private long _began;
    private long _calls;

    // The number of the call that is being made; 0 between calls. Who sets it to 0 goes on with the message.
    private long _call;

    /// <summary>Without the context of whoever brought the first message.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = $"steps {lane.BrokerKey}" }.UnsafeStart();

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

        journey = _traveller.Journey;
        answer = new StepAnswer(default, new StepOverrunException($"took longer than {step.Timeout.TotalMilliseconds:0} ms, and goes on"), took, took);
        step.NoteStuck(journey.Message);
        _ = _cancellation.CancelAsync();
        return true;
    }

    public void Dispose() => _cancellation.Dispose();

    private void Run()
    {
        while (lane.TryTake(this, out var next))
        {
            try
            {
                if (_traveller.Begin(next) && !Travel())
                    return;
            }
            catch (Exception exception)
            {
                // Of the bridge itself: what fails in a step does not get here.
                _traveller.Break(exception);
            }
        }

        // Not where it was given up: who did that may be about to cancel.
        Dispose();
    }

    /// <summary>Goes from step to step, until the message is through, or waits.</summary>
    /// <returns>False when this thread was given up.</returns>
    private bool Travel()
    {
        while (_traveller.FindStep() is { } step)
        {
            if (Call(step) is var outcome && outcome != Called.GoesOn)
                return outcome == Called.IsThrough;
        }

        return true;
    }

    private Called Call(PipelineStep step)
    {
        var (call, result, pending, answer) = (++_calls, default(StepResult), default(Task<StepResult>), default(StepAnswer));
        _step = step;
        Volatile.Write(ref _began, _time.GetTimestamp());
        Interlocked.Exchange(ref _call, call);
        try
        {
            var called = step.CallAsync(_traveller.Journey.Message, new StepContext(lane.Stage, _traveller.Journey.Work.User, _cancellation.Token));
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
            step.State.NoteBack();
            pending?.Observe();
            return Called.IsLeft;
        }

        if (pending is not null)
        {
            Wait(step, pending);
            return Called.IsThrough;
        }

        var elapsed = _time.GetElapsedTime(_began);
        var goesOn = answer is null ? _traveller.Take(step, result, elapsed, elapsed) : _traveller.Take(answer);
        return goesOn ? Called.GoesOn : Called.IsThrough;
    }

    /// <summary>The message waits for its step, and the thread goes on with those of other topics.</summary>
    private void Wait(PipelineStep step, Task<StepResult> pending)
    {
        lane.Hold(ref _traveller.Journey);
        _ = StepWait.RunAsync(lane, _traveller.Journey, pending, step.Timeout, _cancellation, _began, _time.GetElapsedTime(_began));
        // It may be cancelled now.
        _cancellation = new CancellationTokenSource();
    }

    private enum Called
    {
        GoesOn,
        IsThrough,
        IsLeft,
    }
}
