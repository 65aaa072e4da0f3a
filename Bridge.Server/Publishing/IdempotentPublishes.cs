using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>
/// Publishes once what comes several times with the same idempotency key, and gives each who comes the same answers. A key is remembered
/// for 5 minutes after its answer, and never forgotten earlier: where too many are, a new one is refused. Messages whose failure is certain
/// not to have published are published by a retry; failures after which nobody can know are answers like others.
/// </summary>
internal sealed class IdempotentPublishes : IDisposable
{
    /// <summary>
    /// As many keys are remembered, an array counting once: some 40 MB where they are UUIDs, 80 MB where they are as long as can be.
    /// </summary>
    public const int MostKeys = 100_000;

    /// <summary>As many messages of arrays are remembered, a pointer each: 8 MB.</summary>
    public const int MostItems = 1_000_000;

    /// <summary>As much of it one caller has at most: who uses up its own leaves others theirs.</summary>
    public const int ShareOfOne = 10;

    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<CallerKey, KeyedPublish> _known = [];
    private readonly Dictionary<CallerId, (int Keys, int Items)> _byCaller = [];
    private readonly LinkedList<KeyedPublish> _answered = new();
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private int _items;

    public IdempotentPublishes(TimeProvider time)
    {
        _time = time;
        _sweep = time.CreateTimer(_ => Sweep(), null, SweepEvery, SweepEvery);
    }

    /// <summary>How many keys are remembered, and how many messages of arrays.</summary>
    public (int Keys, int Items) Remembered
    {
        get
        {
            lock (_gate)
                return (_known.Count, _items);
        }
    }

    /// <summary>Publishes what has a key, unless that is done or under way, and gives the answer to each message.</summary>
    /// <param name="key">The key.</param>
    /// <param name="digest">What tells the messages from others.</param>
    /// <param name="messages">How many they are.</param>
    /// <param name="publish">Publishes those that the run misses. It may go on when who came first has gone: others may wait for it too.</param>
    /// <param name="cancellationToken">Ends the wait, and not the publish.</param>
    /// <exception cref="BridgeException">The key was used for something else, or too much is remembered.</exception>
    public async Task<IReadOnlyList<PublishAnswer>> PublishAsync(
        CallerKey key, byte[] digest, int messages, Func<PublishRun, Task> publish, CancellationToken cancellationToken)
    {
        var (known, run, isNew) = StartOrJoin(key, digest, messages);
        if (isNew)
            _ = RunAsync(known, run, publish);
        return await run.Answers.WaitAsync(cancellationToken);
    }

    public void Dispose() => _sweep.Dispose();

    private (KeyedPublish Known, PublishRun Run, bool IsNew) StartOrJoin(CallerKey key, byte[] digest, int messages)
    {
        lock (_gate)
        {
            ForgetOld();
            if (!_known.TryGetValue(key, out var known))
                known = Add(new KeyedPublish(key, digest, messages));
            else if (!known.HasDigest(digest))
                throw new BridgeException(ErrorCodes.IdempotencyConflict, $"The idempotency key '{key.Key}' was used for another message.");
            else if (known.Run is { } underWay)
                return (known, underWay, false);
            else if (known.IsComplete)
                return (known, known.Repeat(), false);
            else
                _answered.Remove(known.Place);
            return (known, known.Start(), true);
        }
    }

    private KeyedPublish Add(KeyedPublish added)
    {
        if (_known.Count >= MostKeys)
            throw Full($"{MostKeys} idempotency keys");
        if (_items + added.Items > MostItems)
            throw Full($"{_items} messages of arrays with idempotency keys");
        ThrowIfBeyondItsShare(added);
        _known.Add(added.Key, added);
        Count(added, 1);
        return added;
    }

    private async Task RunAsync(KeyedPublish known, PublishRun run, Func<PublishRun, Task> publish)
    {
        try
        {
            await publish(run);
        }
        finally
        {
            End(known, run.FinalAnswers());
            run.Complete();
        }
    }

    private void End(KeyedPublish known, PublishAnswer?[] answers)
    {
        lock (_gate)
        {
            if (known.End(answers, _time.GetTimestamp()))
                _answered.AddLast(known.Place);
            else
                Forget(known);
        }
    }

    private void Sweep()
    {
        lock (_gate)
        {
            ForgetOld();
            if (_known.Count == 0)
                _known.TrimExcess();
        }
    }

    private void ForgetOld()
    {
        while (_answered.First is { } oldest && _time.GetElapsedTime(oldest.Value.AnsweredAt) >= Memory)
        {
            _answered.RemoveFirst();
            Forget(oldest.Value);
        }
    }

    private void Forget(KeyedPublish known)
    {
        _known.Remove(known.Key);
        Count(known, -1);
    }

    private void ThrowIfBeyondItsShare(KeyedPublish added)
    {
        var (keys, items) = _byCaller.GetValueOrDefault(added.Key.Caller);
        if (keys >= MostKeys / ShareOfOne || items + added.Items > MostItems / ShareOfOne)
            throw new BridgeException(ErrorCodes.RateLimited, $"{keys} idempotency keys and {items} messages of arrays of yours are remembered already.") { RetryAfter = UntilOneIsForgotten };
    }

    private void Count(KeyedPublish known, int sign)
    {
        _items += sign * known.Items;
        var (keys, items) = _byCaller.GetValueOrDefault(known.Key.Caller);
        if (keys + sign == 0)
            _byCaller.Remove(known.Key.Caller);
        else
            _byCaller[known.Key.Caller] = (keys + sign, items + (sign * known.Items));
    }

    private BridgeException Full(string what) => new(ErrorCodes.Overloaded, $"{what} are remembered already.")
    {
        RetryAfter = UntilOneIsForgotten,
    };

    private TimeSpan UntilOneIsForgotten =>
        _answered.First is { } oldest ? Memory - _time.GetElapsedTime(oldest.Value.AnsweredAt) : TimeSpan.FromSeconds(1);
}
