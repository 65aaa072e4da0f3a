using System.Security.Cryptography;
using Bridge.Contracts;
using Bridge.Server.Messages;
using MessagePack;

namespace Bridge.Server.Publishing;

/// <summary>
/// Publishes once what comes several times with the same idempotency key, and gives each who comes the same answer. A key is remembered
/// for 5 minutes after its answer, and never forgotten earlier: where too many are, a new one is refused. Failures that are certain not
/// to have published leave the key free; those after which nobody can know are answers like others.
/// </summary>
internal sealed class IdempotentPublishes(TimeProvider time)
{
    /// <summary>As many keys are remembered; some 40 MB where they are UUIDs.</summary>
    public const int MostKeys = 100_000;

    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Publish> _publishes = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long AnsweredAt)> _answered = new();

    /// <summary>Publishes a message that has a key, unless that is done or under way, and gives the answer.</summary>
    /// <param name="request">The message.</param>
    /// <param name="publish">Publishes it.</param>
    /// <param name="cancellationToken">Ends the wait, and not the publish.</param>
    /// <exception cref="BridgeException">The publish failed, the key was used for another message, or there are too many keys.</exception>
    public async Task<PublishReceipt> PublishAsync(
        PublishRequest request, Func<Task<PublishReceipt>> publish, CancellationToken cancellationToken)
    {
        var key = request.IdempotencyKey!;
        var (found, isNew) = FindOrAdd(key, DigestOf(request));
        if (isNew)
            _ = RunAsync(key, found, publish);
        var receipt = await found.Task.WaitAsync(cancellationToken);
        return receipt with { BrokerKey = request.BrokerKey, Topic = request.Topic };
    }

    private (Publish Publish, bool IsNew) FindOrAdd(string key, byte[] digest)
    {
        lock (_gate)
        {
            ForgetOld();
            if (_publishes.TryGetValue(key, out var known))
            {
                return known.Digest.AsSpan().SequenceEqual(digest)
                    ? (known, false)
                    : throw new BridgeException(ErrorCodes.IdempotencyConflict, $"The idempotency key '{key}' was used for another message.");
            }

            if (_publishes.Count >= MostKeys)
                throw Full();
            var added = new Publish(digest);
            _publishes.Add(key, added);
            return (added, true);
        }
    }

    private async Task RunAsync(string key, Publish publish, Func<Task<PublishReceipt>> run)
    {
        try
        {
            var receipt = await run();
            Remember(key);
            // Who asks brings these two; a topic may be long.
            publish.SetResult(receipt with { BrokerKey = "", Topic = "" });
        }
        catch (BridgeException exception) when (!exception.IsOutcomeUnknown)
        {
            lock (_gate)
                _publishes.Remove(key);
            publish.SetException(exception);
        }
        catch (Exception exception)
        {
            Remember(key);
            publish.SetException(exception);
        }
    }

    private void Remember(string key)
    {
        lock (_gate)
            _answered.Enqueue((key, time.GetTimestamp()));
    }

    private void ForgetOld()
    {
        while (_answered.TryPeek(out var oldest) && time.GetElapsedTime(oldest.AnsweredAt) >= Memory)
        {
            _answered.Dequeue();
            _publishes.Remove(oldest.Key);
        }
    }

    private BridgeException Full() => new(ErrorCodes.Overloaded, $"{MostKeys} idempotency keys are remembered already.")
    {
        RetryAfter = _answered.TryPeek(out var oldest) ? Memory - time.GetElapsedTime(oldest.AnsweredAt) : TimeSpan.FromSeconds(1),
    };

    /// <summary>Of all that is published, also of members that come to be.</summary>
    private static byte[] DigestOf(PublishRequest request) =>
        SHA256.HashData(MessagePackSerializer.Serialize(request with { IdempotencyKey = null }));

    /// <summary>A publish with a key: what is published, and its answer.</summary>
    private sealed class Publish : TaskCompletionSource<PublishReceipt>
    {
        public Publish(byte[] digest)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            Digest = digest;
            // Who asked may be gone.
            Task.Observe();
        }

        public byte[] Digest { get; }
    }
}
