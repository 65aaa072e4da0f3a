using System.Collections.Concurrent;

namespace Bridge.Server.Access;

/// <summary>What is open with somebody's credentials: it ends when they run out, or do not stand for the same any more.</summary>
internal sealed class CallerSessions : IDisposable
{
    private readonly ConcurrentDictionary<CallerSession, byte> _open = [];
    private readonly AccessControl _access;
    private readonly TimeProvider _time;

    public CallerSessions(AccessControl access, TimeProvider time)
    {
        (_access, _time) = (access, time);
        access.Changed += EndInvalid;
    }

    /// <summary>Begins one. It is to be disposed when what it is for has ended.</summary>
    public CallerSession Open(Identity identity)
    {
        var session = new CallerSession(identity, _time, closed => _open.TryRemove(closed, out _));
        _open.TryAdd(session, 0);
        // They may have changed since somebody was let in.
        if (!identity.IsValidWith(_access.Current))
            session.End();
        return session;
    }

    public void Dispose() => _access.Changed -= EndInvalid;

    private void EndInvalid()
    {
        var current = _access.Current;
        foreach (var session in _open.Keys)
        {
            if (!session.Identity.IsValidWith(current))
                session.End();
        }
    }
}
