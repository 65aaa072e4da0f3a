using Bridge.Server.Access;
using Bridge.Server.FanOut;
using Bridge.Server.Shutdown;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Server.Hubs;

/// <summary>Whose a hub connection is. When the credentials that it began with count no more, or the bridge stops, it is ended.</summary>
internal sealed class HubSession : IDisposable
{
    private readonly Caller _caller;
    private readonly CallerSession _session;
    private readonly CancellationTokenRegistration _ended;
    private readonly CancellationTokenRegistration _stopped;
    private readonly ConnectionLease? _lease;

    public HubSession(HubConnectionContext connection, CallerSessions sessions, ConnectionLimits limits, StopSignal stop)
    {
        var request = connection.GetHttpContext()!;
        // What a connection does in days is no part of the trace that it began in.
        _caller = Caller.Of(request) with { TraceParent = null };
        _session = sessions.Open(_caller.Identity, SessionKind.Hub);
        if (!HubAdmission.IsAdmitted(request) && limits.TryOpen(_caller, out _lease) is not null)
            _session.End();
        _ended = _session.Ended.UnsafeRegister(static state => End((HubConnectionContext)state!), connection);
        _stopped = stop.ConnectionsEnd.UnsafeRegister(static state => End((HubConnectionContext)state!), connection);
    }

    /// <exception cref="Messages.BridgeException">The credentials count no more: what is still read of the connection is not done.</exception>
    public Caller Caller
    {
        get
        {
            _session.ThrowIfEnded();
            return _caller;
        }
    }

    /// <summary>That of the connection that a hub method runs for.</summary>
    public static HubSession Of(HubCallerContext context) =>
        context.Features.Get<HubSession>() ?? throw new InvalidOperationException("The connection has no session.");

    public void Dispose()
    {
        _ended.Dispose();
        _stopped.Dispose();
        _session.Dispose();
        _lease?.Dispose();
    }

    /// <summary>Nothing more is delivered from now on. The client is told to connect again, which it can with new credentials.</summary>
    private static void End(HubConnectionContext connection)
    {
        connection.Features.Get<Outbox>()?.Close();
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }
}
