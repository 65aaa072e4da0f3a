using Bridge.Server.Access;
using Bridge.Server.Shutdown;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bridge.Server.Http;

/// <summary>
/// What <c>/health</c> says: to everybody whether all is well, to each caller how those brokers are that are its to see, and to administrators
/// what each check found.
/// </summary>
internal static class HealthAnswer
{
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        // Not of /health/live, which asks for nothing.
        var isStopping = report.Entries.Count > 0 && context.RequestServices.GetRequiredService<StopSignal>().HasBegun;
        var permissions = (context.User as Identity)?.Permissions;
        var found = report.Entries.GetValueOrDefault(BrokersHealthCheck.Name);
        var brokers = (found.Data?.Values ?? []).OfType<BrokerHealth>().ToList();
        var visible = brokers.Where(broker => permissions?.SeesBroker(broker.BrokerKey) == true).ToList();
        return context.Response.WriteAsJsonAsync(
            new
            {
                status = isStopping ? "stopping" : NameOf(report.Status),
                description = visible.Count == brokers.Count ? found.Description : null,
                brokers = visible,
                checks = permissions?.IsAdministrator == true ? report.Entries.ToDictionary(entry => entry.Key, entry => Describe(entry.Value)) : null,
            },
            BridgeJson.Options);
    }

    private static object Describe(HealthReportEntry entry) => new { status = NameOf(entry.Status), description = entry.Description };

    private static string NameOf(HealthStatus status) => status.ToString().ToLowerInvariant();
}
