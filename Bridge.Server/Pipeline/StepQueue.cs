namespace Bridge.Server.Pipeline;

/// <summary>
/// The messages of a lane, in order and within its bounds: those that wait for its thread, those behind one of their topic that waits for a
/// step, and those whose step has answered. For one thread at a time.
/// </summary>
/// <param name="mostMessages">How many messages there may be.</param>
/// <param name="mostBytes">How many bytes these may have.</param>
internal sealed class StepQueue(int mostMessages, long mostBytes)
{
    /// <summary>One topic may have so small a part of the room while it waits for a step.</summary>
    private const int PartOfATopic = 10;

    private readonly Queue<StepWork> _queue = [];
    private readonly Queue<Continuation> _continued = [];
    private readonly Dictionary<string, WaitingTopic> _topics = new(StringComparer.Ordinal);
    private int _count;
    private long _bytes;
    private long _leftOut;

    /// <summary>How many messages there are, with those that are with a step. Any thread may read it.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many were left out, because there was no room. Any thread may read it.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    /// <param name="work">The message.</param>
    /// <param name="makesRoom">Whether, where there is none, the oldest go instead of this.</param>
    /// <returns>Whether there is room for it.</returns>
    public bool TryAdd(in StepWork work, bool makesRoom)
    {
        var size = work.Size;
        while (_count >= mostMessages || (_count > 0 && _bytes + size > mostBytes))
        {
            if (!makesRoom || !_queue.TryDequeue(out var oldest))
            {
                _leftOut++;
                return false;
            }

            LeaveOut(oldest);
        }

        _queue.Enqueue(work);
        _bytes += size;
        _count++;
        return true;
    }

    /// <summary>Adds a message that its step is done with.</summary>
    public void AddContinued(in Continuation continuation) => _continued.Enqueue(continuation);

    /// <param name="chain">The steps for a message that begins.</param>
    /// <param name="next">What comes next.</param>
    /// <returns>Whether there is anything.</returns>
    public bool TryTake(PipelineStep[] chain, out Continuation next)
    {
        if (_continued.TryDequeue(out next))
            return true;

        while (_queue.TryDequeue(out var work))
        {
            if (!_topics.TryGetValue(work.Message.Topic, out var topic))
            {
                next = new Continuation(new Journey(work, chain));
                return true;
            }

            WaitBehind(topic, work);
        }

        return false;
    }

    /// <summary>Has the others of a message's topic wait until it is removed.</summary>
    public void Hold(ref Journey journey)
    {
        journey.IsAwaited = true;
        _topics.Add(journey.Work.Message.Topic, new WaitingTopic());
    }

    /// <summary>Removes a message that is through; the next of its topic goes on.</summary>
    /// <param name="journey">The message.</param>
    /// <param name="chain">The steps for the next one.</param>
    public void Remove(in Journey journey, PipelineStep[] chain)
    {
        Remove(journey.Work);
        if (!journey.IsAwaited)
            return;

        var topic = journey.Work.Message.Topic;
        var waiting = _topics[topic];
        if (waiting.Queue.TryDequeue(out var next))
        {
            waiting.Bytes -= next.Size;
            _continued.Enqueue(new Continuation(new Journey(next, chain) { IsAwaited = true }));
        }
        else
            _topics.Remove(topic);
    }

    /// <summary>Removes all that are not with a step.</summary>
    public IReadOnlyList<StepWork> Clear()
    {
        StepWork[] all = [.. _continued.Select(continued => continued.Journey.Work), .. _topics.Values.SelectMany(topic => topic.Queue), .. _queue];
        foreach (var work in all)
            Remove(work);
        foreach (var topic in _topics.Values)
            topic.Queue.Clear();
        _continued.Clear();
        _queue.Clear();
        return all;
    }

    /// <summary>One topic must not take all the room: its oldest messages are left out.</summary>
    private void WaitBehind(WaitingTopic topic, in StepWork work)
    {
        topic.Queue.Enqueue(work);
        topic.Bytes += work.Size;
        while (topic.Queue.Count > 1 && (topic.Queue.Count > mostMessages / PartOfATopic || topic.Bytes > mostBytes / PartOfATopic))
        {
            var oldest = topic.Queue.Dequeue();
            topic.Bytes -= oldest.Size;
            LeaveOut(oldest);
        }
    }

    private void LeaveOut(in StepWork work)
    {
        _leftOut++;
        Remove(work);
        work.Output.End(work, StepVerdict.Overloaded);
    }

    private void Remove(in StepWork work)
    {
        _count--;
        _bytes -= work.Size;
    }

    /// <summary>The messages of a topic behind one that waits for a step.</summary>
    private sealed class WaitingTopic
    {
        public Queue<StepWork> Queue { get; } = [];

        public long Bytes { get; set; }
    }
}
