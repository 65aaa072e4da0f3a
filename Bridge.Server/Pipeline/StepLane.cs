using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>
/// The way of one broker's messages through the steps, on a thread of its own: who brings them waits for nothing. The messages of a topic
/// stay in order; one that waits for its step holds up its own topic only. A step that hangs is left behind with its thread, and another
/// thread goes on.
/// </summary>
internal sealed class StepLane : IDisposable
{
    /// <summary>However little time steps have, nobody looks more often whether one hangs.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(50);

    private static readonly StepVerdict Ended = new(StepEnd.Failed, Reason: "The bridge stops, or its broker is no more.", Code: ErrorCodes.BrokerDisconnected);

    // For Monitor: the thread waits on it.
    private readonly object _gate = new();
    private readonly StepQueue _queue;
    private readonly StepLaneSettings _settings;
    private readonly ITimer _watch;
    private PipelineStep[] _chain;
    private StepWorker? _worker;
    private TaskCompletionSource? _settled;
    private bool _isIdle;
    private bool _isWatching;
    private TimeSpan _pause;
    private bool _wasWoken;
    private bool _isEnded;
    private volatile bool _isDraining;

    public StepLane(string brokerKey, StepStage stage, PipelineStep[] chain, StepLaneSettings settings)
    {
        (BrokerKey, Stage, _chain, _pause, _settings) = (brokerKey, stage, chain, PauseFor(chain), settings);
        _queue = new StepQueue(settings.MostMessages, settings.MostBytes);
        _watch = settings.Time.CreateTimer(_ => Watch(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string BrokerKey { get; }

    public StepStage Stage { get; }

    public StepLaneSettings Settings => _settings;

    /// <summary>How many messages are on their way.</summary>
    public int Count => _queue.Count;

    /// <summary>How many messages were left out, because too many waited.</summary>
    public long LeftOut => _queue.LeftOut;

    /// <summary>Whether messages on a topic go through it. Also where no step wants them, as long as some are in it that came when one did.</summary>
    public bool Takes(string topic) => _isDraining || IsWanted(Volatile.Read(ref _chain), topic);

    /// <summary>Has other steps for what comes from now on.</summary>
    public void Change(PipelineStep[] chain)
    {
        lock (_gate)
        {
            _isDraining = _queue.Count > 0;
            Volatile.Write(ref _chain, chain);
            _pause = PauseFor(chain);
            if (_isWatching)
                _watch.Change(_pause, _pause);
        }
    }

    /// <summary>Sends a message through the steps.</summary>
    /// <param name="work">The message.</param>
    /// <param name="makesRoom">Whether, where too many wait, the oldest of them goes instead of this.</param>
    /// <returns>Whether it goes: not where too many wait, or where nothing goes any more.</returns>
    public bool Post(in StepWork work, bool makesRoom)
    {
        lock (_gate)
        {
            if (_isEnded || !_queue.TryAdd(work, makesRoom))
                return false;

            // The steps were changed since somebody asked whether one wants it: what comes behind it must not overtake it.
            _isDraining |= !IsWanted(_chain, work.Message.Topic);
            Wake();
            return true;
        }
    }

    /// <summary>Completes when nothing is on its way any more.</summary>
    public Task WhenSettledAsync()
    {
        lock (_gate)
            return _queue.Count == 0 || _isEnded ? Task.CompletedTask : (_settled ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Ends it; what is still on its way fails.</summary>
    public void Dispose()
    {
        IReadOnlyList<StepWork> rest;
        lock (_gate)
        {
            if (_isEnded)
                return;
            _isEnded = true;
            // What a step has is ended when that is done, or hangs: the watch goes on until then.
            rest = _queue.Clear();
            _settled?.TrySetResult();
            Monitor.PulseAll(_gate);
        }

        foreach (var work in rest)
            work.Output.End(work, Ended);
    }

    /// <summary>Gives the thread what comes next, and waits for it.</summary>
    /// <returns>False when the thread is to end.</returns>
    public bool TryTake(StepWorker worker, out Continuation next)
    {
        lock (_gate)
        {
            while (_worker == worker && !_isEnded)
            {
                if (_queue.TryTake(_chain, out next))
                    return true;

                _isIdle = true;
                Monitor.Wait(_gate);
                _isIdle = false;
            }
        }

        next = default;
        return false;
    }

    /// <summary>Has the others of a message's topic wait for its end.</summary>
    public void Hold(ref Journey journey)
    {
        if (journey.IsAwaited)
            return;

        lock (_gate)
            _queue.Hold(ref journey);
    }

    /// <summary>Goes on with a message whose step has answered.</summary>
    public void Continue(in Journey journey, StepAnswer answer)
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                _queue.AddContinued(new Continuation(journey, answer));
                Wake();
                return;
            }

            _queue.Remove(journey, _chain);
        }

        journey.Work.Output.End(journey.Work, Ended);
    }

    /// <summary>Takes a message off the way, and goes on with the next of its topic.</summary>
    public void Finish(in Journey journey)
    {
        lock (_gate)
        {
            _queue.Remove(journey, _chain);
            if (_queue.Count > 0)
                return;

            _isDraining = false;
            _settled?.TrySetResult();
            _settled = null;
        }
    }

    /// <summary>
    /// How often to look whether a step hangs: no more often than must be, because the threads that a timer wakes cost more than many messages
    /// do.
    /// </summary>
    private static TimeSpan PauseFor(PipelineStep[] chain)
    {
        var least = chain.Length == 0 ? TimeSpan.Zero : chain.Min(step => step.Patience) / 2;
        return least > LeastPause ? least : LeastPause;
    }

    private static bool IsWanted(PipelineStep[] chain, string topic)
    {
        foreach (var step in chain)
        {
            if (step.Matches(topic))
                return true;
        }

        return false;
    }

    /// <summary>Under the lock.</summary>
    private void Wake()
    {
        _wasWoken = true;
        if (_worker is null)
            StartWorker();
        else if (_isIdle)
            Monitor.Pulse(_gate);
        if (_isWatching)
            return;

        _isWatching = true;
        _watch.Change(_pause, _pause);
    }

    private void StartWorker()
    {
        _worker = new StepWorker(this);
        _worker.Start();
    }

    /// <summary>Looks whether a step hangs.</summary>
    private void Watch()
    {
        StepWorker? worker;
        lock (_gate)
        {
            worker = _worker;
            if (_queue.Count == 0 || worker is null)
            {
                // Until the next message comes. Where they come all the time it goes on: to stop and to begin again costs more than to look.
                _isWatching = _wasWoken && !_isEnded;
                _wasWoken = false;
                if (!_isWatching)
                    _watch.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                if (_isEnded)
                    _watch.Dispose();
                return;
            }
        }

        if (worker.TryLeave(out var journey, out var answer))
            Replace(journey, answer);
    }

    /// <summary>Under one lock, so that no message of its topic overtakes the one that goes on.</summary>
    private void Replace(in Journey journey, StepAnswer answer)
    {
        lock (_gate)
        {
            _worker = null;
            Continue(journey, answer);
        }
    }
}

/// <summary>What the ways through the steps have in common.</summary>
/// <param name="MostMessages">How many messages may be on one way.</param>
/// <param name="MostBytes">How many bytes these may have.</param>
/// <param name="Checks">Finds what is wrong with what steps make.</param>
/// <param name="Problems">Tells what goes wrong.</param>
/// <param name="Time">The clock.</param>
internal sealed record StepLaneSettings(int MostMessages, long MostBytes, StepResultChecks Checks, StepProblems Problems, TimeProvider Time);
