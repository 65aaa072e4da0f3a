using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Shutdown;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bridge.Server.Http;

/// <summary>What <c>/health</c> says: to everybody whether all is well, and to each caller of those brokers that are its to see.</summary>
internal static class HealthAnswer
{
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        // Not of /health/live, which asks for nothing.
        var isStopping = report.Entries.Count > 0 && context.RequestServices.GetRequiredService<StopSignal>().HasBegun;
        var identity = context.User as Identity;
        var brokers = report.Entries.Values.SelectMany(entry => entry.Data.Values).OfType<BrokerStateChange>().ToList();
        var visible = brokers.Where(broker => identity?.Permissions.SeesBroker(broker.BrokerKey) == true).ToList();
        return context.Response.WriteAsJsonAsync(
            new
            {
                status = isStopping ? "stopping" : report.Status.ToString().ToLowerInvariant(),
                description = visible.Count == brokers.Count ? report.Entries.Values.Select(entry => entry.Description).FirstOrDefault() : null,
                brokers = visible,
            },
            BridgeJson.Options);
    }
}
