using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Server.Http;

/// <summary>
/// The web server, but that requests have no credentials in their URLs when it hands them on. A middleware would be too late: the first
/// log line of a request, and its trace, are written before any.
/// </summary>
internal sealed class RedactingServer(IServer server) : IServer
{
    public IFeatureCollection Features => server.Features;

    /// <summary>Puts it in place of the server that the host has.</summary>
    public static void Wrap(IServiceCollection services)
    {
        var original = services.LastOrDefault(service => service.ServiceType == typeof(IServer));
        if (original is null)
            return;

        services.Remove(original);
        services.AddSingleton<IServer>(provider => new RedactingServer((IServer)(
            original.ImplementationInstance
            ?? original.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, original.ImplementationType!))));
    }

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull =>
        server.StartAsync(new Application<TContext>(application), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    private sealed class Application<TContext>(IHttpApplication<TContext> inner) : IHttpApplication<TContext>
        where TContext : notnull
    {
        public TContext CreateContext(IFeatureCollection contextFeatures)
        {
            UrlRedaction.Apply(contextFeatures);
            return inner.CreateContext(contextFeatures);
        }

        public Task ProcessRequestAsync(TContext context) => inner.ProcessRequestAsync(context);

        public void DisposeContext(TContext context, Exception? exception) => inner.DisposeContext(context, exception);
    }
}
