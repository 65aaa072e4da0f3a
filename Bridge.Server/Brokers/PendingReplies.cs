using System.Security.Cryptography;
using Bridge.Contracts;

namespace Bridge.Server.Brokers;

/// <summary>The requests that wait for their reply, by correlation data.</summary>
/// <param name="most">How many may wait at a time.</param>
internal sealed class PendingReplies(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, PendingReply> _pending = [];
    private long _late;

    /// <summary>How many requests wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _pending.Count;
        }
    }

    /// <summary>How many replies came that nobody waits for.</summary>
    public long Late => Interlocked.Read(ref _late);

    /// <returns>A new one; null where too many wait.</returns>
    public PendingReply? TryAdd()
    {
        var pending = new PendingReply();
        lock (_gate)
        {
            if (_pending.Count >= most)
                return null;

            _pending.Add(pending.Key, pending);
            return pending;
        }
    }

    /// <returns>False when it does not wait any more: its reply has come.</returns>
    public bool Remove(PendingReply pending)
    {
        lock (_gate)
            return _pending.Remove(pending.Key);
    }

    /// <summary>Takes the request that a reply belongs to, so that no second reply finds it.</summary>
    /// <returns>Null when nobody waits for it; that is counted.</returns>
    public PendingReply? Take(byte[]? correlationData)
    {
        PendingReply? pending = null;
        if (correlationData is { Length: PendingReply.KeyBytes })
        {
            lock (_gate)
                _pending.Remove(new Guid(correlationData), out pending);
        }

        if (pending is null)
            Interlocked.Increment(ref _late);
        return pending;
    }

    /// <summary>Fails all that wait.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            foreach (var pending in _pending.Values)
                pending.Fail(failure);
            _pending.Clear();
        }
    }
}

/// <summary>A request that waits for its reply.</summary>
internal sealed class PendingReply() : TaskCompletionSource<BridgeMessage>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public const int KeyBytes = 16;

    /// <summary>What tells its reply from others. Random, since whoever knows it can reply.</summary>
    public Guid Key { get; } = new(RandomNumberGenerator.GetBytes(KeyBytes));

    public void Fail(Exception failure)
    {
        TrySetException(failure);
        // Seen, in case nobody waits any more.
        _ = Task.Exception;
    }
}
