namespace Bridge.Server.Access;

/// <summary>Something open that counts as a caller's until it has ended.</summary>
internal sealed class ConnectionLease(Action giveBack) : IDisposable
{
    private Action? _giveBack = giveBack;

    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
