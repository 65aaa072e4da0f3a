using Bridge.Server.Requests;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bridge.Server.Http;

/// <summary>The HTTP door: which path leads where.</summary>
internal static class HttpDoor
{
    public static void AddHttpDoor(this IServiceCollection services)
    {
        services.AddSingleton<EventsEndpoint>();
        services.AddSingleton<PublishEndpoint>();
        services.AddExceptionHandler<ProblemWriter>();
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddHealthChecks().AddCheck<BrokersHealthCheck>("brokers");
        // It logs an error for each question that is answered with no. What is wrong with a link the link has said already.
        services.AddLogging(logging => logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
        services.AddCors();
        // A topic has up to 65,535 bytes (MQTT 5 §4.7.3), and a byte in a query up to three characters.
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestLineSize = 262_144);
    }

    public static void MapHttpDoor(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/events", [HttpMethods.Get, HttpMethods.Head], (HttpContext context, EventsEndpoint endpoint) => endpoint.HandleAsync(context));
        routes.MapPost("/publish", (HttpContext context, PublishEndpoint endpoint) => endpoint.HandleAsync(context));
        routes.MapGet("/brokers", (BrokerDirectory directory) => Results.Json(directory.List(), BridgeJson.Options));
        routes.MapGet("/brokers/{brokerKey}", (string brokerKey, BrokerDirectory directory) => Results.Json(directory.Get(brokerKey), BridgeJson.Options));
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteHealthAsync });
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteHealthAsync });
    }

    private static Task WriteHealthAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new
        {
            status = report.Status.ToString().ToLowerInvariant(),
            description = report.Entries.Values.Select(entry => entry.Description).FirstOrDefault(),
            brokers = report.Entries.Values.SelectMany(entry => entry.Data.Values),
        },
        BridgeJson.Options);
}
