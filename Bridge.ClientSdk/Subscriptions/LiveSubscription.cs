using Bridge.ClientSdk.Connections;
using Bridge.Contracts;

namespace Bridge.ClientSdk.Subscriptions;

/// <summary>One running enumeration. It outlives connections: on each it is another subscription of the hub's.</summary>
internal sealed class LiveSubscription(SubscribeRequest request, MessageBuffer buffer, Action<long> countSkipped, Action countGap)
{
    private readonly object _gate = new();

    // Without a snapshot nothing is ever repeated, so there is nothing to remember.
    private readonly DeliveredValues? _delivered = request.Snapshot ? new DeliveredValues() : null;
    private (HubSession Session, string Id)? _binding;
    private bool _ended;

    // The position that was reached: from there it goes on with the next connection.
    private volatile string? _cursor;

    /// <summary>What to ask for on a connection: at first what was asked for, then to go on.</summary>
    public SubscribeRequest Request => _cursor is { } cursor ? request with { ResumeFrom = cursor } : request;

    /// <summary>Notes where it began, for one without a snapshot; with one, nothing is reached before its end.</summary>
    public void Begin(SubscribeResult result)
    {
        if (!request.Snapshot && _cursor is null)
            Reach(result.Cursor);
    }

    /// <summary>Puts a batch's messages into the buffer. Calls must not overlap; <see cref="BatchRoutes"/> sees to that.</summary>
    public void Deliver(MessageBatch batch)
    {
        // The bridge sends one also to who wants none, where it cannot tell any more what came since.
        var isWanted = !batch.Snapshot || request.Snapshot || request.ResumeFrom is not null;
        var leftOut = batch.Skipped + (isWanted ? buffer.Add(NewMessages(batch)) : 0);
        if (leftOut > 0)
            countSkipped(leftOut);
        // A snapshot for who has got somewhere already: what came in between is not known any more.
        if (batch.Gap || (batch is { Snapshot: true, SnapshotComplete: true } && _cursor is not null))
            countGap();
        if (!batch.Snapshot || batch.SnapshotComplete)
            Reach(batch.Cursor);
    }

    private void Reach(string cursor) => _cursor = cursor.Length > 0 ? cursor : null;

    private IEnumerable<BridgeMessage> NewMessages(MessageBatch batch)
    {
        // The cursor of a snapshot's earlier batches says "all of the snapshot", which is not true yet.
        var cursor = batch.Snapshot && !batch.SnapshotComplete ? null : batch.Cursor;
        for (var i = 0; i < batch.Messages.Count; i++)
        {
            var message = batch.Messages[i];
            if (batch.Snapshot && _delivered is not null && _delivered.IsRepetition(message))
                continue;

            _delivered?.Remember(message);
            yield return message with
            {
                BrokerKey = batch.BrokerKey,
                Cursor = i == batch.Messages.Count - 1 ? cursor : null,
            };
        }
    }

    /// <summary>Notes the id that the subscription has on a connection, unless the enumeration has ended meanwhile.</summary>
    public bool TryBind(HubSession session, string id)
    {
        lock (_gate)
        {
            if (!_ended)
                _binding = (session, id);
            return !_ended;
        }
    }

    /// <summary>Ends the stream: with an error, or because the client was disposed.</summary>
    public void Complete(Exception? error = null) => buffer.Complete(error);

    /// <summary>The consumer is gone: unsubscribes, now or when the answer to a Subscribe that is under way comes.</summary>
    public Task EndAsync()
    {
        (HubSession Session, string Id)? binding;
        lock (_gate)
        {
            _ended = true;
            binding = _binding;
        }

        return binding is { } bound ? bound.Session.UnsubscribeAsync(bound.Id) : Task.CompletedTask;
    }
}
