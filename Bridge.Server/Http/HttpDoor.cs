using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Requests;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Bridge.Server.Http;

/// <summary>The HTTP door: which path leads where.</summary>
internal static class HttpDoor
{
    public static void AddHttpDoor(this IServiceCollection services)
    {
        services.AddSingleton<EventsEndpoint>();
        services.AddSingleton<EventStreamEndpoint>();
        services.AddSingleton<HistoryEndpoint>();
        services.AddSingleton<PublishEndpoint>();
        services.AddSingleton<ProblemWriter>();
        services.AddSingleton<RequestEndpoint>();
        services.AddSingleton<OpenApiEndpoint>();
        services.AddSingleton<TicketEndpoint>();
        services.AddSingleton<ExplainEndpoint>();
        RedactingServer.Wrap(services);
        services.AddExceptionHandler<ProblemWriter>();
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddHealthChecks().AddCheck<BrokersHealthCheck>(BrokersHealthCheck.Name);
        // It logs an error for each question that is answered with no. What is wrong with a link the link has said already.
        services.AddLogging(logging => logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
        services.AddCors();
        services.AddSingleton<OriginCheck>();
        // More than any Limits:MaxUrlBytes. Beyond it the server answers without a word.
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestLineSize = LimitOptions.MaxRequestLineBytes);
    }

    public static void MapHttpDoor(this IEndpointRouteBuilder routes)
    {
        routes.MapDirectly("/events", [HttpMethods.Get, HttpMethods.Head], routes.ServiceProvider.GetRequiredService<EventsEndpoint>().HandleAsync);
        routes.MapDirectly("/publish", [HttpMethods.Post], routes.ServiceProvider.GetRequiredService<PublishEndpoint>().HandleAsync);
        routes.MapDirectly("/request", [HttpMethods.Post], routes.ServiceProvider.GetRequiredService<RequestEndpoint>().HandleAsync);
        routes.MapGet("/history", routes.ServiceProvider.GetRequiredService<HistoryEndpoint>().HandleAsync);
        routes.MapGet("/brokers", (HttpContext context, BrokerDirectory directory) =>
            Results.Json(directory.List(Caller.Of(context)), BridgeJson.Options));
        routes.MapGet("/brokers/{brokerKey}", (string brokerKey, HttpContext context, BrokerDirectory directory) =>
            Results.Json(directory.Get(Caller.Of(context), brokerKey), BridgeJson.Options));
        routes.MapGet("/steps", (HttpContext context, StepDirectory directory) => Results.Json(directory.Get(Caller.Of(context)), BridgeJson.Options));
        routes.MapPost("/ticket", routes.ServiceProvider.GetRequiredService<TicketEndpoint>().Handle);
        routes.MapGet("/access/explain", routes.ServiceProvider.GetRequiredService<ExplainEndpoint>().Handle);
        routes.MapMethods("/openapi/v1.json", [HttpMethods.Get, HttpMethods.Head], routes.ServiceProvider.GetRequiredService<OpenApiEndpoint>().Handle).Add(OpenToAll.Add);
        routes.MapMetrics();
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = HealthAnswer.WriteAsync }).Add(OpenToAll.Add);
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync }).Add(OpenToAll.Add);
    }

    /// <summary>Asks for credentials wherever an endpoint does not say that it needs none.</summary>
    public static void UseCallers(this IApplicationBuilder app) =>
        app.UseWhen(context => context.GetEndpoint() is not null, branch => branch.UseMiddleware<CallerMiddleware>());

    /// <summary>
    /// Maps a path that is asked for often, with all of the middlewares that it needs and no others: it is answered right behind routing.
    /// The way through the others takes as long as finding and writing a last value.
    /// </summary>
    private static void MapDirectly(this IEndpointRouteBuilder routes, string path, string[] methods, RequestDelegate endpoint)
    {
        var pipeline = routes.CreateApplicationBuilder();
        var connections = routes.ServiceProvider.GetRequiredService<ConnectionLimits>();
        pipeline.UseExceptionHandler();
        pipeline.UseUrlLimit();
        pipeline.UseCrossOriginRules();
        pipeline.UseMiddleware<CallerMiddleware>();
        pipeline.Use(next => context =>
        {
            context.Response.RegisterForDispose(connections.Open(Caller.Of(context)));
            return next(context);
        });
        pipeline.Run(endpoint);
        routes.MapMethods(path, methods, pipeline.Build()).ShortCircuit();
    }
}
