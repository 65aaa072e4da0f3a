using Bridge.ClientSdk.Connections;
using Bridge.Contracts;

namespace Bridge.ClientSdk.Subscriptions;

/// <summary>Which enumeration the batches of one connection go to, by subscription id.</summary>
/// <remarks>
/// A batch may arrive before the answer that names its id. Those with an unknown id are kept while any Subscribe is under
/// way, and dropped otherwise: they belong to a subscription that was just ended.
/// </remarks>
internal sealed class BatchRoutes
{
    // Held while delivering, which never waits, so that kept batches and later ones cannot overtake each other.
    private readonly object _gate = new();
    private readonly Dictionary<string, LiveSubscription> _routes = new(StringComparer.Ordinal);
    private readonly List<MessageBatch> _early = [];
    private int _subscribing;
    private bool _closed;

    public void Deliver(MessageBatch batch)
    {
        lock (_gate)
        {
            if (_closed)
                return;

            if (_routes.TryGetValue(batch.Subscription, out var subscription))
                subscription.Deliver(batch);
            else if (_subscribing > 0)
                _early.Add(batch);
        }
    }

    /// <summary>A Subscribe is about to be sent; <see cref="EndSubscribe"/> must follow.</summary>
    public void BeginSubscribe()
    {
        lock (_gate)
            _subscribing++;
    }

    /// <summary>The Subscribe was answered with an id, or failed.</summary>
    /// <returns>False where nobody wants the subscription any more.</returns>
    public bool EndSubscribe(HubSession session, string? id, LiveSubscription subscription)
    {
        lock (_gate)
        {
            _subscribing--;
            var wanted = id is not null && !_closed && subscription.TryBind(session, id);
            if (wanted)
            {
                _routes[id!] = subscription;
                foreach (var batch in _early.Where(batch => batch.Subscription == id))
                    subscription.Deliver(batch);
                _early.RemoveAll(batch => batch.Subscription == id);
            }

            if (_subscribing == 0)
                _early.Clear();
            return wanted;
        }
    }

    public void Remove(string id)
    {
        lock (_gate)
            _routes.Remove(id);
    }

    /// <summary>Delivers nothing any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _routes.Clear();
            _early.Clear();
        }
    }
}
