using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>
/// The way of one broker's messages through the steps, on a thread of its own: who brings them waits for nothing. The messages of a topic
/// stay in order; one that waits for its step holds up its own topic only. A step that hangs is left behind with its thread, and another
/// thread goes on.
/// </summary>
internal sealed partial class StepLane : IDisposable
{
    /// <summary>Where a step may take less, nobody looks more often.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    // For Monitor: the thread waits on it.
    private readonly object _gate = new();
    private readonly Queue<StepWork> _queue = [];
    private readonly Queue<Continuation> _continued = [];
    private readonly Dictionary<string, Queue<StepWork>> _waitingTopics = new(StringComparer.Ordinal);
    private readonly StepLaneSettings _settings;
    private readonly ITimer _watch;
    private PipelineStep[] _chain;
    private StepWorker? _worker;
    private TaskCompletionSource? _settled;
    private int _count;
    private long _bytes;
    private long _leftOut;
    private bool _isIdle;
    private bool _isWatching;
    private bool _wasWoken;
    private bool _isEnded;
    private volatile bool _isDraining;

    public StepLane(string brokerKey, StepStage stage, PipelineStep[] chain, StepLaneSettings settings)
    {
        (BrokerKey, Stage, _chain, _settings) = (brokerKey, stage, chain, settings);
        _watch = settings.Time.CreateTimer(_ => Watch(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string BrokerKey { get; }

    public StepStage Stage { get; }

    public StepLaneSettings Settings => _settings;

    /// <summary>How many messages are on their way.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many messages were left out, because too many waited.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    /// <summary>Whether messages on a topic go through it. Also where no step wants them, as long as some are in it that came when one did.</summary>
    public bool Takes(string topic)
    {
        foreach (var step in Volatile.Read(ref _chain))
        {
            if (step.Matches(topic))
                return true;
        }

        return _isDraining;
    }

    /// <summary>Has other steps for what comes from now on.</summary>
    public void Change(PipelineStep[] chain)
    {
        lock (_gate)
        {
            _isDraining = _count > 0;
            Volatile.Write(ref _chain, chain);
            if (_isWatching)
                LookAgain(_worker?.LeavesIn);
        }
    }

    /// <summary>Sends a message through the steps.</summary>
    /// <param name="work">The message.</param>
    /// <param name="makesRoom">Whether, where too many wait, the oldest of them goes instead of this.</param>
    public StepPost Post(in StepWork work, bool makesRoom)
    {
        var size = work.Size;
        lock (_gate)
        {
            if (_isEnded)
                return StepPost.Refused;
            var isFull = _count >= _settings.MostMessages || _bytes + size > _settings.MostBytes;
            if (isFull)
                _leftOut++;
            if (isFull && !(makesRoom && TryMakeRoom()))
                return StepPost.Refused;

            _queue.Enqueue(work);
            _bytes += size;
            _count++;
            Wake();
            return isFull ? StepPost.MadeRoom : StepPost.Taken;
        }
    }

    /// <summary>Completes when nothing is on its way any more.</summary>
    public Task WhenSettledAsync()
    {
        lock (_gate)
            return _count == 0 || _isEnded ? Task.CompletedTask : (_settled ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Ends it; what is still on its way fails.</summary>
    public void Dispose()
    {
        List<StepWork> rest;
        lock (_gate)
        {
            if (_isEnded)
                return;
            _isEnded = true;
            rest = [.. _continued.Select(continued => continued.Journey.Work), .. _waitingTopics.Values.SelectMany(queue => queue), .. _queue];
            _settled?.TrySetResult();
            Monitor.PulseAll(_gate);
        }

        _watch.Dispose();
        foreach (var work in rest)
            work.Output.End(work, new StepVerdict(StepEnd.Failed, Reason: "the bridge stops, or its broker is no more"));
    }

    /// <summary>Gives the thread what comes next, and waits for it.</summary>
    /// <returns>False when the thread is to end.</returns>
    public bool TryTake(StepWorker worker, out Continuation next)
    {
        lock (_gate)
        {
            while (_worker == worker && !_isEnded)
            {
                if (_continued.TryDequeue(out next))
                    return true;
                if (_queue.TryDequeue(out var work))
                {
                    if (_waitingTopics.TryGetValue(work.Message.Topic, out var behind))
                    {
                        behind.Enqueue(work);
                        continue;
                    }

                    next = new Continuation(new Journey(work, _chain));
                    return true;
                }

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

        journey.IsAwaited = true;
        lock (_gate)
            _waitingTopics.Add(journey.Work.Message.Topic, []);
    }

    /// <summary>Goes on with a message whose step has answered.</summary>
    public void Continue(in Journey journey, StepAnswer answer)
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                _continued.Enqueue(new Continuation(journey, answer));
                Wake();
                return;
            }
        }

        journey.Work.Output.End(journey.Work, new StepVerdict(StepEnd.Failed, Reason: "the bridge stops, or its broker is no more"));
    }

    /// <summary>Takes a message off the way, and goes on with the next of its topic.</summary>
    public void Finish(in Journey journey)
    {
        lock (_gate)
        {
            Remove(journey.Work);
            if (journey.IsAwaited)
                GoOnWithTopic(journey.Work.Message.Topic);
            if (_count > 0)
                return;

            _isDraining = false;
            _settled?.TrySetResult();
            _settled = null;
        }
    }

    private void GoOnWithTopic(string topic)
    {
        if (_waitingTopics[topic].TryDequeue(out var next))
            _continued.Enqueue(new Continuation(new Journey(next, _chain) { IsAwaited = true }));
        else
            _waitingTopics.Remove(topic);
    }

    private bool TryMakeRoom()
    {
        if (!_queue.TryDequeue(out var oldest))
            return false;

        Remove(oldest);
        return true;
    }

    private void Remove(in StepWork work)
    {
        _count--;
        _bytes -= work.Size;
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
        LookAgain(null);
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
            // Otherwise not until the next message comes.
            _isWatching = worker is not null && (_count > 0 || _wasWoken);
            _wasWoken = false;
        }

        if (worker is null || !_isWatching)
            return;
        if (worker.TryLeave(out var journey, out var answer))
            Replace(journey, answer);
        lock (_gate)
            LookAgain(worker.LeavesIn);
    }

    /// <summary>
    /// Looks when a call can have taken far too long, and not all the time: the threads that a timer wakes cost more than many messages do.
    /// Under the lock.
    /// </summary>
    /// <param name="due">When the call that is being made will have; null where none is, or another one may be.</param>
    private void LookAgain(TimeSpan? due)
    {
        var least = TimeSpan.MaxValue;
        foreach (var step in _chain)
            least = step.Patience < least ? step.Patience : least;
        var next = due < least ? due.Value : least;
        _watch.Change(next > LookEvery && least < TimeSpan.MaxValue ? next : LookEvery, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Its message goes on before any other: those behind it on its topic must not overtake it.</summary>
    private void Replace(in Journey journey, StepAnswer answer)
    {
        lock (_gate)
        {
            _worker = null;
            Continue(journey, answer);
        }
    }
}

/// <summary>What came of sending a message through the steps.</summary>
internal enum StepPost
{
    Taken,

    /// <summary>It goes, and the oldest that waited does not.</summary>
    MadeRoom,

    /// <summary>Too many wait, or nothing goes there any more.</summary>
    Refused,
}

/// <summary>What the ways through the steps have in common.</summary>
/// <param name="MostMessages">How many messages may be on one way.</param>
/// <param name="MostBytes">How many bytes these may have.</param>
/// <param name="Checks">Finds what is wrong with what steps make.</param>
/// <param name="Problems">Tells what goes wrong.</param>
/// <param name="Time">The clock.</param>
internal sealed record StepLaneSettings(int MostMessages, long MostBytes, StepResultChecks Checks, StepProblems Problems, TimeProvider Time);
