using Bridge.ClientSdk.Subscriptions;
using Bridge.Contracts;

namespace Bridge.ClientSdk;

/// <summary>
/// The messages of a topic filter: first the last known values, if asked for, then live messages, each topic in order.
/// </summary>
/// <remarks>
/// <para>
/// Cold: the client subscribes when an enumeration starts and unsubscribes when it ends, be it by <c>break</c>, by an
/// exception or by cancellation. Each enumeration is a subscription of its own. One that starts while the connection is down
/// waits for it. Enumerations end by themselves when the client is disposed, after what had arrived by then.
/// </para>
/// <para>
/// After the connection was lost, the client makes it again and subscribes again, and the enumeration goes on where it was: with every
/// message published meanwhile (in the mode <see cref="SubscriptionMode.Latest"/> the last one of each topic), as long as the bridge
/// still has them, which is some thousands a broker, or what its history keeps. Where it has not, or was itself away from its broker, messages
/// may be missing, which <see cref="Gaps"/> tells. An enumeration with a snapshot then gets the last values anew; a value is left out where topic,
/// time of receipt and payload equal the last message of that topic which it was given. For that it remembers one value a topic.
/// </para>
/// <para>
/// <see cref="BridgeMessage.Cursor"/> is the position that a batch reached, and is set on its last message: of live batches
/// and of the last batch of a snapshot; a cursor from within a snapshot would leave out the rest of it.
/// </para>
/// <para>
/// Enumerating throws <see cref="BridgeException"/> when the bridge refuses the subscription, at first or on reconnecting,
/// <see cref="OperationCanceledException"/> on cancellation, and <see cref="ObjectDisposedException"/> when it starts after the
/// client was disposed.
/// </para>
/// </remarks>
public sealed class BridgeSubscription : IAsyncEnumerable<BridgeMessage>
{
    private readonly LiveSubscriptions _live;
    private readonly SubscribeRequest _request;
    private readonly int _bufferCapacity;
    private readonly CancellationToken _cancellationToken;
    private long _skipped;
    private long _gaps;

    internal BridgeSubscription(
        LiveSubscriptions live, SubscribeRequest request, int bufferCapacity, CancellationToken cancellationToken)
    {
        _live = live;
        _request = request;
        _bufferCapacity = bufferCapacity;
        _cancellationToken = cancellationToken;
    }

    /// <summary>
    /// How many messages were left out so far because this program or its connection was too slow, or because only the latest were asked
    /// for: what the bridge reported and what this client kept back (<see cref="BridgeClientOptions.BufferCapacity"/>), over all
    /// enumerations. Each was followed by a later message of the same topic. It may run ahead of what the enumeration has reached.
    /// </summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <summary>
    /// How many times so far messages may be missing that <see cref="Skipped"/> does not count: when the connection was made again, and the
    /// bridge did not have all that came meanwhile any more, or had itself been away from its broker or restarted. Over all enumerations.
    /// </summary>
    public long Gaps => Interlocked.Read(ref _gaps);

    /// <summary>Starts an enumeration. The subscription begins with the first call of <c>MoveNextAsync</c>.</summary>
    /// <param name="cancellationToken">Ends the enumeration, as does the token that the subscription was made with.</param>
    /// <returns>The enumeration; its disposal unsubscribes.</returns>
    public IAsyncEnumerator<BridgeMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        EnumerateAsync(cancellationToken);

    private async IAsyncEnumerator<BridgeMessage> EnumerateAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancellationToken);
        var stop = either.Token;
        stop.ThrowIfCancellationRequested();
        var buffer = new MessageBuffer(_bufferCapacity);
        var subscription = new LiveSubscription(_request, buffer, CountSkipped, CountGap);
        _live.Add(subscription);
        try
        {
            while (await buffer.WaitAsync(stop).ConfigureAwait(false))
            {
                while (buffer.TryTake() is { } message)
                {
                    yield return message;
                    stop.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            await _live.RemoveAsync(subscription).ConfigureAwait(false);
        }
    }

    private void CountGap() => Interlocked.Increment(ref _gaps);

    private void CountSkipped(long count) => Interlocked.Add(ref _skipped, count);
}
