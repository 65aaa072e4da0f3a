using Bridge.ClientSdk.Connections;
using Bridge.Contracts;

namespace Bridge.ClientSdk.Subscriptions;

/// <summary>The running enumerations of a client, and the connection that they are subscribed on.</summary>
internal sealed class LiveSubscriptions(TimeProvider time)
{
    /// <summary>
    /// How long a subscription that went on before waits when the bridge limits how many begin: after an outage all of a user's clients come
    /// back at once, and none of their enumerations shall end for it.
    /// </summary>
    private static readonly TimeSpan LimitedDelay = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly HashSet<LiveSubscription> _running = [];
    private HubSession? _session;
    private bool _closed;

    /// <summary>Adds an enumeration and subscribes it, now or as soon as there is a connection.</summary>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public void Add(LiveSubscription subscription)
    {
        HubSession? session;
        lock (_gate)
        {
            session = _closed ? throw new ObjectDisposedException(nameof(BridgeClient)) : _session;
            _running.Add(subscription);
        }

        if (session is not null)
            _ = SubscribeAsync(subscription, session);
    }

    /// <summary>Removes an enumeration and unsubscribes it. Does not fail.</summary>
    public Task RemoveAsync(LiveSubscription subscription)
    {
        Forget(subscription);
        return subscription.EndAsync();
    }

    /// <summary>Subscribes all enumerations on a new connection. Whichever come later find it by themselves.</summary>
    public void Opened(HubSession session)
    {
        LiveSubscription[] running;
        HubSession? previous;
        lock (_gate)
        {
            previous = _session;
            _session = session;
            running = [.. _running];
        }

        // What the lost connection had received may still be on its way: it must not come after newer messages.
        previous?.Routes.Close();
        foreach (var subscription in running)
            _ = SubscribeAgainAsync(subscription, session);
    }

    /// <summary>Ends all enumerations; none can be added after it.</summary>
    public void Close()
    {
        LiveSubscription[] running;
        lock (_gate)
        {
            _closed = true;
            running = [.. _running];
        }

        foreach (var subscription in running)
            subscription.Complete();
    }

    private async Task SubscribeAgainAsync(LiveSubscription subscription, HubSession session)
    {
        while (await SubscribeAsync(subscription, session, waitsForLimits: true).ConfigureAwait(false))
        {
#if NETSTANDARD2_0
            await time.Delay(LimitedDelay).ConfigureAwait(false);
#else
            await Task.Delay(LimitedDelay, time).ConfigureAwait(false);
#endif
            lock (_gate)
            {
                // It has ended meanwhile, or another connection subscribes it.
                if (_session != session || !_running.Contains(subscription))
                    return;
            }
        }
    }

    /// <returns>Whether it is to be tried again.</returns>
    private async Task<bool> SubscribeAsync(LiveSubscription subscription, HubSession session, bool waitsForLimits = false)
    {
        try
        {
            await session.SubscribeAsync(subscription).ConfigureAwait(false);
        }
        catch (BridgeException limited) when (waitsForLimits && limited.Code == ErrorCodes.RateLimited)
        {
            return true;
        }
        catch (BridgeException lost) when (lost.Code == BridgeException.Disconnected)
        {
            // The next connection subscribes it.
        }
#pragma warning disable CA1031 // Whatever it is, the enumeration is the one to tell.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Forget(subscription);
            subscription.Complete(error);
        }

        return false;
    }

    private void Forget(LiveSubscription subscription)
    {
        lock (_gate)
            _running.Remove(subscription);
    }
}
