using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Shutdown;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bridge.Server.Http;

/// <summary>
/// Ready as long as one broker is connected: a broken broker does not take the others' clients away. Which are broken is told. One
/// that stops is not ready, while it still serves.
/// </summary>
internal sealed class BrokersHealthCheck(BrokerManager brokers, StopSignal stop) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var states = brokers.All.ToDictionary(broker => broker.Key, broker => (object)broker.State);
        var connected = states.Values.Count(state => state is BrokerStateChange { State: BrokerState.Connected });
        var description = $"{connected} of {states.Count} brokers are connected.";
        return Task.FromResult(
            stop.HasBegun ? HealthCheckResult.Unhealthy("The bridge stops.", null, states)
            : connected == states.Count ? HealthCheckResult.Healthy(description, states)
            : connected > 0 ? HealthCheckResult.Degraded(description, null, states)
            : HealthCheckResult.Unhealthy(description, null, states));
    }
}
