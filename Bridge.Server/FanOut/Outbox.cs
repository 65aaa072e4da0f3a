using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// What waits for one connection, within a bound. Nobody who offers anything waits. A subscription whose batch does not fit falls behind:
/// it is offered nothing until all else is written, and then catches up with the last values.
/// </summary>
internal sealed class Outbox
{
    /// <summary>What has gathered is written in one go, up to about this many bytes.</summary>
    private const int MostBytesAWrite = 65_536;

    /// <summary>Of as many replays as may stand before it in the queue one holds its messages.</summary>
    private const int MostHeldReplays = 3;

    private readonly Lock _gate = new();
    // The bytes of batches, and replays.
    private readonly Queue<(Subscriber Subscriber, object Item)> _queue = new();
    private readonly Queue<Subscriber> _behind = new();
    private readonly Dictionary<string, Notice> _notices = [];
    private readonly Dictionary<string, Subscriber> _subscribers = [];
    private readonly HashSet<string> _ended = [];
    private readonly WireFormat _format;
    private readonly LimitOptions _limits;
    private readonly OutboxPump _pump;
    private TaskCompletionSource? _written;
    private long _queuedBytes;
    private FlushTrace? _trace;
    private bool _isPumping;
    private bool _isClosed;

    public Outbox(IOutboxSink sink, OutboxContext context)
    {
        (_format, _limits) = (sink.Format, context.Limits);
        _pump = new OutboxPump(this, sink, context);
    }

    /// <summary>The form that the connection speaks.</summary>
    public WireFormat Format => _format;

    public Subscriber? Find(string subscription)
    {
        lock (_gate)
            return _subscribers.GetValueOrDefault(subscription);
    }

    /// <summary>Whether one of its subscriptions is on this feed.</summary>
    public bool Has(Feed feed) => Find(feed.Id) is not null;

    /// <summary>Whether nothing waits for a subscriber. Called under the stream's lock.</summary>
    public bool HasHadAll(Subscriber subscriber)
    {
        lock (_gate)
            return !subscriber.IsBehind && _queue.Count == 0 && subscriber.Reached.Count == subscriber.Feed.Appended.Count;
    }

    /// <summary>Adds a subscriber and what it is sent first. Called under the stream's lock, so that nothing live comes before.</summary>
    /// <exception cref="BridgeException">The connection has as many as it may have.</exception>
    /// <exception cref="OperationCanceledException">The connection is closed.</exception>
    public void Add(Subscriber subscriber, Replay? first)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new OperationCanceledException("The connection is closed.");
            if (_limits.SubscriptionsPerConnection > 0 && _subscribers.Count >= _limits.SubscriptionsPerConnection)
                throw new BridgeException(ErrorCodes.TooManySubscriptions, $"A connection may have {_limits.SubscriptionsPerConnection} subscriptions.");

            _subscribers.Add(subscriber.Feed.Id, subscriber);
            if (first is not null)
                Enqueue(subscriber, first);
        }
    }

    public void Remove(Subscriber subscriber)
    {
        lock (_gate)
        {
            subscriber.IsClosed = true;
            _subscribers.Remove(subscriber.Feed.Id);
        }
    }

    /// <summary>Notes that a subscription is ended which its connection may still want to end.</summary>
    public void NoteEnd(Subscriber subscriber)
    {
        lock (_gate)
            _ended.Add(subscriber.Feed.Id);
    }

    /// <returns>Whether the subscription was one that has been ended, not by its connection.</returns>
    public bool ForgetEnd(string subscription)
    {
        lock (_gate)
            return _ended.Remove(subscription);
    }

    /// <summary>Completes when nothing waits to be written any more, or the connection is closed.</summary>
    public Task WhenWritten()
    {
        lock (_gate)
            return _isClosed || !_isPumping ? Task.CompletedTask : (_written ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Offers a batch of one of its feeds.</summary>
    /// <returns>Whether the caller has to <see cref="Pump"/>, when it has offered all that it has: so that one write takes it all.</returns>
    public bool Offer(Subscriber subscriber, FeedBatch batch)
    {
        lock (_gate)
        {
            if (_isClosed || subscriber.IsClosed || subscriber.IsBehind || batch.After.Count <= subscriber.Reached.Count)
                return false;

            if (!batch.Continues(subscriber.Reached) || !TryEnqueue(subscriber, batch))
            {
                subscriber.IsBehind = true;
                _behind.Enqueue(subscriber);
            }

            return ClaimPump();
        }
    }

    /// <summary>
    /// Writes what is queued: as much as the connection takes at once on this thread, the rest later. Only for who was told to by
    /// <see cref="Offer(Subscriber, FeedBatch)"/>.
    /// </summary>
    public void Pump() => _pump.Execute();

    /// <summary>Offers what belongs to no subscription; of each subject only the latest is kept.</summary>
    public void Offer(Notice notice)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;

            _notices[notice.Subject] = notice;
            PumpSoon();
        }
    }

    /// <summary>Ends the backlog of a subscriber. Called under the stream's lock.</summary>
    public void CatchUp(Subscriber subscriber, FeedMark reached, Replay? replay)
    {
        lock (_gate)
        {
            (subscriber.Reached, subscriber.IsBehind) = (reached, false);
            if (replay is not null)
                Enqueue(subscriber, replay);
        }
    }

    /// <summary>Ends all subscriptions; nothing is written any more.</summary>
    public void Close()
    {
        List<Subscriber> subscribers;
        lock (_gate)
        {
            _isClosed = true;
            subscribers = [.. _subscribers.Values];
            _queue.Clear();
            _behind.Clear();
            _notices.Clear();
            _written?.TrySetResult();
        }

        foreach (var subscriber in subscribers)
            subscriber.Feed.Stream.Unsubscribe(subscriber);
    }

    /// <summary>What waits for the connection now.</summary>
    public OutboxStatistics GetStatistics()
    {
        lock (_gate)
            return new OutboxStatistics(_queuedBytes, _queue.Count + _notices.Count, _behind.Count > 0);
    }

    /// <summary>Tells of a message that is followed in a trace, when the write that it was part of has ended.</summary>
    public void TellWritten(string connection)
    {
        if (_trace is not { IsTaken: true } trace)
            return;

        _trace = null;
        trace.Written(connection);
    }

    /// <summary>Takes what goes into the next write, for the pump.</summary>
    /// <param name="records">What to write.</param>
    /// <param name="behind">Where there is nothing to write: who has to catch up.</param>
    /// <returns>False when there is neither, and the pump stands still.</returns>
    public bool TakeTo(List<ReadOnlyMemory<byte>> records, out Subscriber? behind)
    {
        records.Clear();
        behind = null;
        Replay? replay;
        lock (_gate)
        {
            foreach (var notice in _notices.Values)
                records.Add(notice.Get(_format));
            _notices.Clear();
            replay = TakeBatchesTo(records);
            if (replay is null && records.Count == 0)
            {
                behind = TakeBehind();
                _isPumping = behind is not null;
                if (!_isPumping)
                    Interlocked.Exchange(ref _written, null)?.TrySetResult();
                return _isPumping;
            }
        }

        if (replay is not null)
            TakePieceTo(records, replay);
        return true;
    }

    /// <returns>The replay before which it ended, if it did.</returns>
    private Replay? TakeBatchesTo(List<ReadOnlyMemory<byte>> records)
    {
        for (var size = 0; size < MostBytesAWrite && _queue.TryPeek(out var next);)
        {
            if (next is { Item: Replay replay, Subscriber.IsClosed: false })
                return replay;

            _queue.Dequeue();
            if (next.Item is not byte[] bytes)
                continue;

            _queuedBytes -= bytes.Length;
            NoteTaken(bytes, next.Subscriber.IsClosed);
            // What is left out is no part of the write: the write goes on with what stands behind it.
            if (next.Subscriber.IsClosed)
                continue;

            records.Add(bytes);
            size += bytes.Length;
        }

        return null;
    }

    private void NoteTaken(byte[] bytes, bool isLeftOut)
    {
        if (_trace?.IsOf(bytes) != true)
            return;

        if (isLeftOut)
            _trace = null;
        else
            _trace.Take();
    }

    /// <summary>Encodes outside the lock: nobody who offers a batch waits for a snapshot. Only the pump takes from the queue.</summary>
    private void TakePieceTo(List<ReadOnlyMemory<byte>> records, Replay replay)
    {
        records.Add(replay.EncodeNext(_format, out var isLast));
        if (!isLast)
            return;

        lock (_gate)
            _queue.TryDequeue(out _);
    }

    /// <summary>Who unsubscribed meanwhile has nothing to catch up with.</summary>
    private Subscriber? TakeBehind()
    {
        while (_behind.TryDequeue(out var subscriber))
        {
            if (!subscriber.IsClosed)
                return subscriber;
        }

        return null;
    }

    /// <summary>
    /// A batch larger than the bound is taken by an empty outbox. Only its bytes are kept: the messages that they were made of, and what
    /// was made of them for others, are several times as much.
    /// </summary>
    private bool TryEnqueue(Subscriber subscriber, FeedBatch batch)
    {
        var bytes = batch.Get(_format);
        if (_limits.OutboxBytes > 0 && _queuedBytes > 0 && _queuedBytes + bytes.Length > _limits.OutboxBytes)
            return false;

        subscriber.Reached = batch.After;
        _queuedBytes += bytes.Length;
        _queue.Enqueue((subscriber, bytes));
        batch.Feed.Takers++;
        if (batch.Trace is { } trace)
            _trace ??= trace.TryFlush(bytes);
        return true;
    }

    private void Enqueue(Subscriber subscriber, Replay replay)
    {
        // Messages may come until each subscription is ended.
        if (_isClosed)
            return;

        if (_queue.Count >= MostHeldReplays)
            replay.LetGo();
        _queue.Enqueue((subscriber, replay));
        PumpSoon();
    }

    private void PumpSoon()
    {
        if (ClaimPump())
            ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
    }

    /// <returns>Whether the pump stood still, and is the caller's to start.</returns>
    private bool ClaimPump()
    {
        if (_isPumping)
            return false;

        return _isPumping = true;
    }
}
