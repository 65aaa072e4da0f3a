using System.Threading.Channels;
using Bridge.Contracts;

namespace Bridge.ClientSdk.Subscriptions;

/// <summary>
/// What has arrived for one consumer and was not taken yet. Adding never waits. Beyond its capacity only the latest message
/// of each topic is kept, at the place where that arrived.
/// </summary>
/// <remarks>
/// Going over the messages happens once when the buffer overflows; from then on each message replaces its forerunner until
/// the consumer has caught up to half the capacity. So between two passes at least half a capacity of messages is added, and
/// adding is O(1), amortised, however many topics there are.
/// </remarks>
internal sealed class MessageBuffer(int capacity)
{
    private readonly object _gate = new();
    private readonly LinkedList<BridgeMessage> _messages = new();

    // Holds at most one "there is something"; never blocks the writer, and completes with the error that ends the stream.
    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(1);

    /// <summary>Where each topic's message stands; null unless the buffer conflates.</summary>
    private Dictionary<string, LinkedListNode<BridgeMessage>>? _latest;

    /// <summary>How many messages it holds.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _messages.Count;
        }
    }

    /// <summary>Adds messages in order.</summary>
    /// <returns>How many messages were left out for it.</returns>
    public long Add(IEnumerable<BridgeMessage> messages)
    {
        long leftOut = 0;
        lock (_gate)
        {
            foreach (var message in messages)
                leftOut += Add(message);
        }

        _arrivals.Writer.TryWrite(true);
        return leftOut;
    }

    private int Add(BridgeMessage message)
    {
        var node = _messages.AddLast(message);
        if (_latest is not null)
            return Supersede(_latest, node) ? 1 : 0;

        return _messages.Count > capacity ? Conflate() : 0;
    }

    private int Conflate()
    {
        var leftOut = 0;
        _latest = new Dictionary<string, LinkedListNode<BridgeMessage>>(StringComparer.Ordinal);
        for (var node = _messages.First; node is not null; node = node.Next)
            leftOut += Supersede(_latest, node) ? 1 : 0;
        StopConflatingIfCaughtUp();
        return leftOut;
    }

    /// <summary>Takes out the earlier message of the same topic, if there is one.</summary>
    private bool Supersede(Dictionary<string, LinkedListNode<BridgeMessage>> latest, LinkedListNode<BridgeMessage> node)
    {
        var superseded = latest.TryGetValue(node.Value.Topic, out var earlier);
        if (superseded)
            _messages.Remove(earlier!);
        latest[node.Value.Topic] = node;
        return superseded;
    }

    private void StopConflatingIfCaughtUp()
    {
        if (_messages.Count <= capacity / 2)
            _latest = null;
    }

    /// <summary>Takes the oldest message; null when there is none.</summary>
    public BridgeMessage? TryTake()
    {
        lock (_gate)
        {
            if (_messages.First is not { } first)
                return null;

            _messages.RemoveFirst();
            if (_latest is not null)
            {
                _latest.Remove(first.Value.Topic);
                StopConflatingIfCaughtUp();
            }

            return first.Value;
        }
    }

    /// <summary>Waits until something was added since the last call.</summary>
    /// <returns>False when the stream ended.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!await _arrivals.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            return false;

        _arrivals.Reader.TryRead(out _);
        return true;
    }

    /// <summary>Ends the stream, after what is in the buffer.</summary>
    /// <param name="error">What the consumer gets then; null where the stream just ends.</param>
    public void Complete(Exception? error = null) => _arrivals.Writer.TryComplete(error);
}
