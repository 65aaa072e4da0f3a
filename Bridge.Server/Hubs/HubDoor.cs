using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Requests;
using Bridge.Server.Shutdown;
using MessagePack;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bridge.Server.Hubs;

/// <summary>The SignalR door: the hub at <c>/hub</c>, with the JSON and the MessagePack protocol.</summary>
internal static class HubDoor
{
    /// <summary>
    /// How many invocations of one connection may wait for a broker at a time; they begin in order. Requests wait for their replies, up to
    /// minutes, and whatever a connection sends beyond the bound waits with them: few would hold up its publishes, and many could not be under
    /// way at once. What all connections together have a broker do is bounded with its link.
    /// </summary>
    private const int ParallelInvocations = 1_000;

    public static void AddHubDoor(this IServiceCollection services)
    {
        services.AddSingleton<ErrorFilter>();
        // It logs every request that was refused as an error of ours, with a stack trace. Those that are ours ErrorFilter logs.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None));
        services.AddSignalR()
            .AddJsonProtocol(json =>
            {
                json.PayloadSerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
                json.PayloadSerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            })
            .AddMessagePackProtocol(pack => pack.SerializerOptions = MessagePackSerializerOptions.Standard
                .WithResolver(CompositeResolver.Create([new RequestFieldsFormatter()], [StandardResolver.Instance]))
                .WithSecurity(MessagePackSecurity.UntrustedData));
        // Of several protocols with one name SignalR takes the last.
        services.AddSingleton<IHubProtocol>(provider => new CodedProtocol(ActivatorUtilities.CreateInstance<JsonHubProtocol>(provider)));
        services.AddSingleton<IHubProtocol>(provider => new CodedProtocol(ActivatorUtilities.CreateInstance<MessagePackHubProtocol>(provider)));
        services.AddSingleton<HubLifetimeManager<BridgeHub>, BridgeHubLifetimeManager>();
        services.AddOptions<HubOptions>().Configure<BridgeOptions>((hub, bridge) =>
        {
            hub.AddFilter<ErrorFilter>();
            hub.MaximumParallelInvocationsPerClient = ParallelInvocations;
            // Larger messages end the connection.
            hub.MaximumReceiveMessageSize = bridge.Limits.MaxRequestBytes;
        });
    }

    public static void MapHubDoor(this IEndpointRouteBuilder routes)
    {
        var limits = routes.ServiceProvider.GetRequiredService<BridgeOptions>().Limits;
        var rates = routes.ServiceProvider.GetRequiredService<CallerLimits>();
        var connections = routes.ServiceProvider.GetRequiredService<ConnectionLimits>();
        var stop = routes.ServiceProvider.GetRequiredService<StopSignal>();
        var hub = routes.MapHub<BridgeHub>("/hub", connection => connection.TransportSendTimeout = SendTimeout(limits));
        hub.Add(FrameUpgrade.AddTo);
        hub.Add(endpoint => HubAdmission.AddTo(endpoint, connections, rates, stop));
    }

    /// <summary>
    /// How long SignalR may wait to write a frame: as long as a batch may take that it stands behind, and as long again. Its own 10 s would
    /// end whoever reads slowly, with the next ping.
    /// </summary>
    private static TimeSpan SendTimeout(LimitOptions limits) =>
        limits.SendTimeoutSeconds > 0 ? 2 * TimeSpan.FromSeconds(limits.SendTimeoutSeconds) : TimeSpan.FromDays(30);
}
