using System.Collections.Concurrent;

namespace Bridge.Server.Access;

/// <summary>What is open with somebody's credentials: it ends when they run out, or do not stand for the same any more.</summary>
internal sealed class CallerSessions : IDisposable
{
    private readonly ConcurrentDictionary<CallerSession, byte> _open = [];
    private readonly AccessControl _access;
    private readonly TimeProvider _time;
    private readonly int[] _counts = new int[Enum.GetValues<SessionKind>().Length];

    public CallerSessions(AccessControl access, TimeProvider time)
    {
        (_access, _time) = (access, time);
        access.Changed += EndInvalid;
    }

    /// <summary>How many of a kind are open.</summary>
    public int Count(SessionKind kind) => Volatile.Read(ref _counts[(int)kind]);

    /// <summary>Begins one. It is to be disposed when what it is for has ended.</summary>
    public CallerSession Open(Identity identity, SessionKind kind)
    {
        var session = new CallerSession(identity, _time, closed => Close(closed, kind));
        _open.TryAdd(session, 0);
        Interlocked.Increment(ref _counts[(int)kind]);
        // They may have changed since somebody was let in.
        if (!identity.IsValidWith(_access.Current))
            session.End();
        return session;
    }

    public void Dispose() => _access.Changed -= EndInvalid;

    private void Close(CallerSession session, SessionKind kind)
    {
        if (_open.TryRemove(session, out _))
            Interlocked.Decrement(ref _counts[(int)kind]);
    }

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
