using System.Buffers;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// What waits for one connection, within a bound, and the pump that writes it. Nobody who offers anything waits. A subscription whose
/// batch does not fit falls behind: it is offered nothing until all else is written, and then catches up with the last values.
/// </summary>
internal sealed partial class Outbox(IOutboxSink sink, LimitOptions limits, ILogger logger) : IThreadPoolWorkItem
{
    /// <summary>What has gathered is written in one go, up to about this many bytes.</summary>
    private const int MostBytesAWrite = 65_536;

    private readonly Lock _gate = new();
    private readonly Queue<(Subscriber Subscriber, object Item)> _queue = new();
    private readonly Queue<Subscriber> _behind = new();
    private readonly Dictionary<string, StateRecord> _states = [];
    private readonly Dictionary<string, Subscriber> _subscribers = [];
    private readonly List<ReadOnlyMemory<byte>> _gathered = [];
    private long _queuedBytes;
    private bool _isPumping;
    private bool _isClosed;

    public Subscriber? Find(string subscription)
    {
        lock (_gate)
            return _subscribers.GetValueOrDefault(subscription);
    }

    /// <summary>Whether one of its subscriptions is on this feed.</summary>
    public bool Has(Feed feed) => Find(feed.Id) is not null;

    /// <summary>Adds a subscriber and what it is sent first. Called under the stream's lock, so that nothing live comes before.</summary>
    /// <exception cref="BridgeException">The connection has as many as it may have.</exception>
    /// <exception cref="OperationCanceledException">The connection is closed.</exception>
    public void Add(Subscriber subscriber, Replay? first)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new OperationCanceledException("The connection is closed.");
            if (limits.SubscriptionsPerConnection > 0 && _subscribers.Count >= limits.SubscriptionsPerConnection)
                throw new BridgeException(ErrorCodes.TooManySubscriptions, $"A connection may have {limits.SubscriptionsPerConnection} subscriptions.");

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

    /// <summary>Offers a batch of one of its feeds.</summary>
    /// <returns>Whether the caller has to <see cref="Pump"/>, when it has offered all that it has: so that one write takes it all.</returns>
    public bool Offer(Subscriber subscriber, FeedBatch batch)
    {
        var size = batch.Get(sink.Format).Length;
        lock (_gate)
        {
            if (_isClosed || subscriber.IsClosed || subscriber.IsBehind || batch.End <= subscriber.Reached)
                return false;

            if (limits.OutboxBytes > 0 && _queuedBytes > 0 && _queuedBytes + size > limits.OutboxBytes)
            {
                // Something is queued, so the pump is at work, or is about to be.
                subscriber.IsBehind = true;
                _behind.Enqueue(subscriber);
                return false;
            }

            (subscriber.Reached, subscriber.Position) = (batch.End, batch.Position);
            _queuedBytes += size;
            _queue.Enqueue((subscriber, batch));
            return ClaimPump();
        }
    }

    /// <summary>
    /// Writes what is queued: as much as the connection takes at once on this thread, the rest later. Only for who was told to by
    /// <see cref="Offer(Subscriber, FeedBatch)"/>.
    /// </summary>
    public void Pump() => _ = PumpAsync();

    /// <summary>Offers a link's state; of each broker only the latest is kept.</summary>
    public void Offer(StateRecord state)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;

            _states[state.BrokerKey] = state;
            PumpSoon();
        }
    }

    /// <summary>Ends the backlog of a subscriber. Called under the stream's lock.</summary>
    public void CatchUp(Subscriber subscriber, long reached, long position, Replay? replay)
    {
        lock (_gate)
        {
            (subscriber.Reached, subscriber.Position, subscriber.IsBehind) = (reached, position, false);
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
            _states.Clear();
        }

        foreach (var subscriber in subscribers)
            subscriber.Feed.Stream.Unsubscribe(subscriber);
    }

    void IThreadPoolWorkItem.Execute() => Pump();

    private void Enqueue(Subscriber subscriber, Replay replay)
    {
        // Messages may come until each subscription is ended.
        if (_isClosed)
            return;

        _queue.Enqueue((subscriber, replay));
        PumpSoon();
    }

    private void PumpSoon()
    {
        if (ClaimPump())
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <returns>Whether the pump stood still, and is the caller's to start.</returns>
    private bool ClaimPump()
    {
        if (_isPumping)
            return false;

        return _isPumping = true;
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                if (Gather(out var behind))
                    await WriteGatheredAsync();
                else if (behind is not null)
                    behind.Feed.Stream.CatchUp(behind);
                else
                    return;
            }
        }
        catch (Exception exception)
        {
            // A lost connection does not end here: SignalR takes its writes until it has ended it. This is a fault of ours, and a client
            // that stays connected would wait for ever.
            Log.Stopped(logger, exception);
            Close();
            sink.Abort();
        }
    }

    /// <summary>Takes what goes into the next write.</summary>
    /// <param name="behind">Where there is nothing to write: who has to catch up.</param>
    private bool Gather(out Subscriber? behind)
    {
        behind = null;
        Replay? replay = null;
        lock (_gate)
        {
            _gathered.Clear();
            foreach (var state in _states.Values)
                _gathered.Add(state.Get(sink.Format));
            _states.Clear();

            for (var size = 0; size < MostBytesAWrite && replay is null && _queue.TryPeek(out var next);)
            {
                if (next.Item is Replay piecewise && !next.Subscriber.IsClosed)
                {
                    replay = piecewise;
                    break;
                }

                size += TakeBatch(_queue.Dequeue());
            }

            if (_gathered.Count == 0 && replay is null)
            {
                while (behind is null or { IsClosed: true } && _behind.TryDequeue(out behind))
                {
                    // Who unsubscribed meanwhile has nothing to catch up with.
                }

                _isPumping = behind is { IsClosed: false };
                behind = _isPumping ? behind : null;
                return false;
            }
        }

        if (replay is not null)
            TakePiece(replay);
        return true;
    }

    private int TakeBatch((Subscriber Subscriber, object Item) taken)
    {
        if (taken.Item is not FeedBatch batch)
            return 0;

        var bytes = batch.Get(sink.Format);
        _queuedBytes -= bytes.Length;
        // What is left out is no part of the write: the write goes on with what stands behind it.
        if (taken.Subscriber.IsClosed)
            return 0;

        _gathered.Add(bytes);
        return bytes.Length;
    }

    /// <summary>Encodes outside the lock: nobody who offers a batch waits for a snapshot. Only the pump takes from the queue.</summary>
    private void TakePiece(Replay replay)
    {
        _gathered.Add(replay.EncodeNext(sink.Format, out var isLast));
        if (!isLast)
            return;

        lock (_gate)
            _queue.TryDequeue(out _);
    }

    private async ValueTask WriteGatheredAsync()
    {
        if (_gathered.Count == 1)
        {
            await sink.WriteAsync(_gathered[0]);
            return;
        }

        var size = _gathered.Sum(static record => record.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var end = 0;
            foreach (var record in _gathered)
            {
                record.CopyTo(buffer.AsMemory(end));
                end += record.Length;
            }

            await sink.WriteAsync(buffer.AsMemory(0, end));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2002, LogLevel.Error, "A connection is ended, because what it is owed cannot be written")]
        public static partial void Stopped(ILogger logger, Exception exception);
    }
}
