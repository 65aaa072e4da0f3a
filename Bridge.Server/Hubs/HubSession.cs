using Bridge.Server.Access;
using Bridge.Server.FanOut;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Server.Hubs;

/// <summary>Whose a hub connection is. When the credentials that it began with count no more, it is ended.</summary>
internal sealed class HubSession : IDisposable
{
    private readonly CallerSession _session;
    private readonly CancellationTokenRegistration _ended;

    public HubSession(HubConnectionContext connection, CallerSessions sessions, ConnectionLimits limits)
    {
        var request = connection.GetHttpContext()!;
        Caller = Caller.Of(request);
        ConnectionLease? lease = null;
        var refusal = HubAdmission.IsAdmitted(request) ? null : limits.TryOpen(Caller, out lease);
        _session = sessions.Open(Caller.Identity, lease);
        if (refusal is not null)
            _session.End();
        _ended = _session.Ended.UnsafeRegister(static state => End((HubConnectionContext)state!), connection);
    }

    public Caller Caller { get; }

    /// <summary>That of the connection that a hub method runs for.</summary>
    public static HubSession Of(HubCallerContext context) =>
        context.Features.Get<HubSession>() ?? throw new InvalidOperationException("The connection has no session.");

    public void Dispose()
    {
        _ended.Dispose();
        _session.Dispose();
    }

    /// <summary>Nothing more is delivered from now on. The client is told to connect again, which it can with new credentials.</summary>
    private static void End(HubConnectionContext connection)
    {
        connection.Features.Get<Outbox>()?.Close();
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }
}
