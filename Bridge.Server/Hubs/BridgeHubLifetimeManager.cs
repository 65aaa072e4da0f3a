using Bridge.Server.Access;
using Bridge.Server.FanOut;
using Bridge.Server.Shutdown;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Server.Hubs;

/// <summary>Gives each connection its outbox, and ends it with its credentials. SignalR's groups are not used: a send to one waits for its slowest member.</summary>
internal sealed class BridgeHubLifetimeManager(
    OutboxContext outboxes,
    CallerSessions sessions,
    ConnectionLimits limits,
    StopSignal stop,
    ILogger<DefaultHubLifetimeManager<BridgeHub>> logger) : DefaultHubLifetimeManager<BridgeHub>(logger)
{
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connection.Features.Set(new Outbox(new HubOutbox(connection), outboxes));
        connection.Features.Set(new HubSession(connection, sessions, limits, stop));
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        connection.Features.Get<HubSession>()?.Dispose();
        connection.Features.Get<Outbox>()?.Close();
        return base.OnDisconnectedAsync(connection);
    }
}
