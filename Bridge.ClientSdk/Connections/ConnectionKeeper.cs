using Bridge.ClientSdk.Subscriptions;
using Bridge.Contracts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.ClientSdk.Connections;

/// <summary>Keeps one connection to the bridge: makes it again whenever it is lost, until it is disposed.</summary>
internal sealed partial class ConnectionKeeper : IAsyncDisposable
{
    private readonly Uri _url;
    private readonly BridgeClientOptions _options;
    private readonly ILogger _logger;
    private readonly ReconnectDelay _delay;
    private readonly CancellationTokenSource _stop = new();
    private HubSession? _session;
    private Task _keeping = Task.CompletedTask;
    private int _disposed;

    public ConnectionKeeper(Uri url, BridgeClientOptions options)
    {
        _url = url;
        _options = options;
        Subscriptions = new LiveSubscriptions(options.TimeProvider);
        _logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<BridgeClient>();

        // Seeded by hand: on .NET Framework clients that start together would otherwise wait alike.
        _delay = new ReconnectDelay(options.ReconnectBaseDelay, options.ReconnectMaxDelay, new Random(Guid.NewGuid().GetHashCode()));
    }

    public event Action<ConnectionStateChange>? StateChanged;

    public event Action<BrokerStateChange>? BrokerStateChanged;

    public LiveSubscriptions Subscriptions { get; }

    public BridgeConnectionState State => Volatile.Read(ref _disposed) != 0 ? BridgeConnectionState.Closed
        : Volatile.Read(ref _session) is null ? BridgeConnectionState.Reconnecting
        : BridgeConnectionState.Connected;

    /// <summary>The connection there is.</summary>
    /// <exception cref="BridgeException">There is none just now.</exception>
    /// <exception cref="ObjectDisposedException">There never will be one again.</exception>
    public HubSession Session => Volatile.Read(ref _disposed) != 0
        ? throw new ObjectDisposedException(nameof(BridgeClient))
        : Volatile.Read(ref _session) ?? throw HubErrors.Disconnected();

    /// <summary>Makes the first connection.</summary>
    /// <exception cref="BridgeException">It could not be made.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        Begin(session);
        _keeping = KeepAsync(session);
    }

    private Task<HubSession> OpenAsync(CancellationToken cancellationToken) =>
        HubSession.OpenAsync(_url, _options, change => BrokerStateChanged?.Invoke(change), cancellationToken);

    private void Begin(HubSession session)
    {
        Volatile.Write(ref _session, session);
        Subscriptions.Opened(session);
    }

    private async Task KeepAsync(HubSession session)
    {
        try
        {
            while (true)
            {
                var began = _options.TimeProvider.GetTimestamp();
                var error = await UntilLostAsync(session).ConfigureAwait(false);
                Volatile.Write(ref _session, null);
                Log.Lost(_logger, error);
                Tell(BridgeConnectionState.Reconnecting, error);
                await session.DisposeAsync().ConfigureAwait(false);

                // A bridge that closes each new connection at once must not be asked twice a second for ever.
                if (_options.TimeProvider.GetElapsedTime(began) >= _options.ReconnectMaxDelay)
                    _delay.Reset();
                session = await ReopenAsync().ConfigureAwait(false);
                Begin(session);
                Log.Reconnected(_logger);
                Tell(BridgeConnectionState.Connected, null);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task<Exception?> UntilLostAsync(HubSession session)
    {
        var stopped = new TaskCompletionSource<Exception?>();
        using (_stop.Token.Register(() => stopped.TrySetCanceled()))
            return await (await Task.WhenAny(session.Lost, stopped.Task).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<HubSession> ReopenAsync()
    {
        while (true)
        {
            var delay = _delay.Next();
#if NETSTANDARD2_0
            await _options.TimeProvider.Delay(delay, _stop.Token).ConfigureAwait(false);
#else
            await Task.Delay(delay, _options.TimeProvider, _stop.Token).ConfigureAwait(false);
#endif
            try
            {
                return await OpenAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (BridgeException error)
            {
                Log.AttemptFailed(_logger, error);
            }
        }
    }

    private void Tell(BridgeConnectionState state, Exception? error)
    {
        try
        {
            StateChanged?.Invoke(new ConnectionStateChange(state, error));
        }
#pragma warning disable CA1031 // A fault in a user's handler must not stop the reconnecting.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(_logger, fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        Subscriptions.Close();
        _stop.Cancel();
        await _keeping.ConfigureAwait(false);
        if (Interlocked.Exchange(ref _session, null) is { } session)
            await session.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        Tell(BridgeConnectionState.Closed, null);
    }
}
