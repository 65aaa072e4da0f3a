namespace Bridge.Server.Persistence;

/// <summary>
/// Writes what has changed, a fifth of a second after it did at the latest, on a thread of its own: to wait for a disk is nothing for the
/// threads that deliver.
/// </summary>
internal sealed class StoreWriter : IHostedService, IDisposable
{
    private static readonly TimeSpan WriteEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    private readonly Store? _store;
    private readonly StoreHealth _health;
    private readonly AutoResetEvent _wake = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;
    private Thread? _thread;

    /// <param name="store">The store; null where nothing is kept.</param>
    /// <param name="health">Whether it works.</param>
    public StoreWriter(Store? store, StoreHealth health) => (_store, _health) = (store, health);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_store is null)
            return Task.CompletedTask;

        _store.ManyCame = _store.Rounds.Wanted = () => _wake.Set();
        _thread = new Thread(Run) { IsBackground = true, Name = "persistence" };
        _thread.Start();
        return Task.CompletedTask;
    }

    /// <summary>Writes the rest. The links have ended by then: services stop in the opposite order of their start.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (_store is null)
            return Task.CompletedTask;

        _isStopping = true;
        _wake.Set();
        return _ended.Task.WaitAsync(cancellationToken);
    }

    /// <summary>For a host that was never stopped, or did not wait: what is being written is written to its end.</summary>
    public void Dispose()
    {
        _isStopping = true;
        if (_thread is null)
            return;

        _store!.ManyCame = _store.Rounds.Wanted = null;
        _wake.Set();
        _thread.Join();
        _thread = null;
        _wake.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_isStopping)
            {
                // Many messages do not make a disk work that does not.
                if (!_wake.WaitOne(_health.IsFailing ? RetryEvery : WriteEvery) || !_health.IsFailing || _isStopping)
                    WriteAll();
            }

            _store!.End();
            _ended.SetResult();
        }
        catch (Exception exception)
        {
            _ended.SetException(exception);
            throw;
        }
    }

    private void WriteAll()
    {
        while (!_isStopping && _store!.Write())
            _store.Rounds.Ended();
        _store!.Rounds.Ended();
    }
}
