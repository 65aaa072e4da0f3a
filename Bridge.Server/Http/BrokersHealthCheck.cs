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
    /// <summary>What the answer calls it.</summary>
    public const string Name = "brokers";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var links = brokers.All.ToDictionary(broker => broker.Key, broker => (object)BrokerHealth.Of(broker));
        var connected = links.Values.Count(link => link is BrokerHealth { State: BrokerState.Connected });
        var description = $"{connected} of {links.Count} brokers are connected.";
        return Task.FromResult(
            stop.HasBegun ? HealthCheckResult.Unhealthy("The bridge stops.", null, links)
            : connected == links.Count ? HealthCheckResult.Healthy(description, links)
            : connected > 0 ? HealthCheckResult.Degraded(description, null, links)
            : HealthCheckResult.Unhealthy(description, null, links));
    }
}
