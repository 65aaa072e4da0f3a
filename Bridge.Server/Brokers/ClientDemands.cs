using Bridge.Server.Topics;

namespace Bridge.Server.Brokers;

/// <summary>
/// What the clients of one broker ask for. It outlasts the link: where the broker's settings change, another link goes on with it, also
/// one that sends what is asked for after one that sent what is configured.
/// </summary>
internal sealed class ClientDemands
{
    private readonly Lock _gate = new();
    private readonly HashSet<Lease> _leases = [];
    private UpstreamSubscriptions? _upstream;

    /// <summary>Demands a filter until the lease is disposed.</summary>
    public IDisposable Add(TopicFilter filter)
    {
        var lease = new Lease(this, filter);
        lock (_gate)
        {
            _leases.Add(lease);
            lease.Upstream = Demand(filter);
        }

        return lease;
    }

    /// <summary>Has a link's subscriptions bring all this from now on; null: they bring what is configured. Those of the link before are over.</summary>
    public void Serve(UpstreamSubscriptions? upstream)
    {
        lock (_gate)
        {
            _upstream = upstream;
            foreach (var lease in _leases)
                lease.Upstream = Demand(lease.Filter);
        }
    }

    /// <summary>Where the link before sent nothing on demand, there may be a filter that cannot be asked for.</summary>
    private IDisposable? Demand(TopicFilter filter) => MqttText.FindProblem(filter.Text) is null ? _upstream?.Demand(filter) : null;

    private void Remove(Lease lease)
    {
        IDisposable? upstream;
        lock (_gate)
            upstream = _leases.Remove(lease) ? lease.Upstream : null;
        upstream?.Dispose();
    }

    private sealed class Lease(ClientDemands owner, TopicFilter filter) : IDisposable
    {
        public TopicFilter Filter { get; } = filter;

        public IDisposable? Upstream { get; set; }

        public void Dispose() => owner.Remove(this);
    }
}
