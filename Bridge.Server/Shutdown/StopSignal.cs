using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Shutdown;

/// <summary>How far the bridge is with stopping, for those who serve clients.</summary>
internal sealed class StopSignal(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _waits = new();
    private readonly CancellationTokenSource _connections = new();
    private volatile bool _hasBegun;
    private int _open;

    /// <summary>Whether the bridge was told to stop. It may go on serving for a while.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>From when on whoever waits for something new is answered at once, and no connection begins.</summary>
    public CancellationToken WaitsEnd => _waits.Token;

    /// <summary>When connections end: all that they were owed is written.</summary>
    public CancellationToken ConnectionsEnd => _connections.Token;

    /// <summary>After how long a bridge that stops may be back, if it is started again. Not the same for all, so that not all come at once.</summary>
    public static TimeSpan RestartTakes() => TimeSpan.FromSeconds(Random.Shared.Next(5, 11));

    public void Begin() => _hasBegun = true;

    public Task EndWaitsAsync() => _waits.CancelAsync();

    public Task EndConnectionsAsync() => _connections.CancelAsync();

    /// <summary>Counts a connection from now on until the result is disposed.</summary>
    /// <exception cref="BridgeException">None begins any more.</exception>
    public IDisposable Open()
    {
        var connection = new Connection(this);
        try
        {
            ThrowIfEnding();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="BridgeException">No connection begins any more.</exception>
    public void ThrowIfEnding()
    {
        if (_waits.IsCancellationRequested)
            throw new BridgeException(ErrorCodes.Overloaded, "The bridge stops.") { RetryAfter = RestartTakes() };
    }

    /// <summary>Completes when no connection is open any more.</summary>
    public async Task WhenAllGoneAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _open) > 0)
            await Task.Delay(LookEvery, time, cancellationToken);
    }

    public void Dispose()
    {
        _waits.Dispose();
        _connections.Dispose();
    }

    private sealed class Connection : IDisposable
    {
        private readonly StopSignal _owner;

        public Connection(StopSignal owner)
        {
            _owner = owner;
            Interlocked.Increment(ref owner._open);
        }

        public void Dispose() => Interlocked.Decrement(ref _owner._open);
    }
}
