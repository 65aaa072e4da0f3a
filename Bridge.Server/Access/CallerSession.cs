using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>Something that is open with somebody's credentials, as long as they count.</summary>
internal sealed class CallerSession : IDisposable
{
    /// <summary>Timers take no longer. Who is connected for so long is asked for new credentials a few days early.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(45);

    private readonly CancellationTokenSource _ended;
    private readonly Action<CallerSession> _close;

    public CallerSession(Identity identity, TimeProvider time, Action<CallerSession> close)
    {
        Identity = identity;
        _close = close;
        _ended = identity.Expires is { } expires ? new CancellationTokenSource(Left(expires - time.GetUtcNow()), time) : new CancellationTokenSource();
        Ended = _ended.Token;
    }

    public Identity Identity { get; }

    /// <summary>When the credentials do not count any more.</summary>
    public CancellationToken Ended { get; }

    /// <exception cref="BridgeException">The credentials do not count any more.</exception>
    public void ThrowIfEnded()
    {
        if (Ended.IsCancellationRequested)
            throw Caller.Unauthenticated("The credentials have run out, or were changed.");
    }

    /// <summary>Tells whoever waits for it, and does not wait for them.</summary>
    public void End()
    {
        try
        {
            _ = _ended.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // What it was for has ended meanwhile.
        }
    }

    public void Dispose()
    {
        _close(this);
        _ended.Dispose();
    }

    private static TimeSpan Left(TimeSpan left) => left < TimeSpan.Zero ? TimeSpan.Zero : left > Longest ? Longest : left;
}
