using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;

namespace Bridge.Server.Brokers;

/// <summary>
/// The links to all brokers. When the configuration changes, those of new brokers begin, those of removed ones end, those whose settings
/// are others now are replaced, and all others stay as they are.
/// </summary>
internal sealed partial class BrokerLinks : IHostedService, IReconfigurable, IAsyncDisposable
{
    /// <summary>So long a link that is replaced or removed waits for what is under way on it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LimitOptions _limits;
    private readonly int _traceOneIn;
    private readonly string _contentRoot;
    private readonly Dictionary<string, IEnhancedAuthenticationHandler> _authentication;
    private readonly IMessageConsumers _consumers;
    private readonly TimeProvider _time;
    private readonly ILogger<BrokerConnection> _logger;
    private volatile IReadOnlyDictionary<string, BrokerConnection> _links;
    private bool _isStarted;
    private bool _isClosed;

    public BrokerLinks(
        BridgeOptions options,
        IHostEnvironment environment,
        IEnumerable<IEnhancedAuthenticationHandler> authentication,
        IMessageConsumers consumers,
        TimeProvider time,
        ILogger<BrokerConnection> logger)
    {
        _traceOneIn = options.Diagnostics.TraceOneIn;
        (_limits, _contentRoot, _consumers, _time, _logger) = (options.Limits, environment.ContentRootPath, consumers, time, logger);
        _authentication = authentication.ToDictionary(handler => handler.Method);
        _links = options.Brokers.ToDictionary(broker => broker.Key, broker => Create(broker.Key, broker.Value, new ClientDemands()));
    }

    /// <summary>The links as they are now, by their brokers' keys.</summary>
    public IReadOnlyDictionary<string, BrokerConnection> Current => _links;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isStarted = true;
            foreach (var link in _links.Values)
                link.Start();
        }

        return Task.CompletedTask;
    }

    public Func<Task> Prepare(BridgeOptions options) => () => ChangeAsync(options.Brokers);

    /// <summary>Ends all links; none begins any more.</summary>
    /// <param name="patience">How long they may wait for what is under way on them.</param>
    public Task CloseAsync(TimeSpan patience)
    {
        lock (_gate)
            _isClosed = true;
        return Task.WhenAll(_links.Values.Select(link => link.CloseAsync(patience)));
    }

    public Task StopAsync(CancellationToken cancellationToken) => CloseAsync(TimeSpan.Zero);

    public async ValueTask DisposeAsync() => await CloseAsync(TimeSpan.Zero);

    private Task ChangeAsync(IReadOnlyDictionary<string, BrokerOptions> brokers)
    {
        var before = _links;
        var after = brokers.ToDictionary(broker => broker.Key, broker => Continue(before.GetValueOrDefault(broker.Key), broker.Key, broker.Value));
        lock (_gate)
        {
            if (_isClosed)
                return Task.CompletedTask;
            _links = after;
            // They will be when all are.
            if (!_isStarted)
                return Task.CompletedTask;
        }

        return Task.WhenAll(before.Keys.Union(after.Keys).Select(key => ChangeAsync(before.GetValueOrDefault(key), after.GetValueOrDefault(key))));
    }

    /// <returns>The link that there is, if it is as it should be, or another.</returns>
    private BrokerConnection Continue(BrokerConnection? link, string key, BrokerOptions options) =>
        link is not null && !OptionsComparison.Differences(link.Options, options, key).Any() ? link : Create(key, options, link?.Demands ?? new ClientDemands());

    private async Task ChangeAsync(BrokerConnection? before, BrokerConnection? after)
    {
        if (before == after)
            return;

        Tell(before, after);
        if (before is not null && after is null)
            _consumers.Close(before.Key, Removed(before.Key));
        // One after the other: the broker would end the first of two with the same client id.
        if (before is not null)
            await before.CloseAsync(Patience);
        lock (_gate)
        {
            if (!_isClosed)
                after?.Start();
        }
    }

    private BrokerConnection Create(string key, BrokerOptions options, ClientDemands demands) => new(
        key,
        options,
        _limits,
        _contentRoot,
        options.AuthenticationMethod is { } method ? _authentication[method] : null,
        _consumers.Open(key),
        demands,
        _time,
        _logger,
        _traceOneIn);

    private BrokerStateChange Removed(string key) => new()
    {
        BrokerKey = key,
        State = BrokerState.Disconnected,
        Since = _time.GetUtcNow(),
        LastError = "The broker was removed from the configuration.",
    };

    private void Tell(BrokerConnection? before, BrokerConnection? after)
    {
        if (after is null)
            Log.Removed(_logger, before!.Key);
        else if (before is null)
            Log.Added(_logger, after.Key);
        else
            Log.Changed(_logger, after.Key, string.Join(", ", OptionsComparison.Differences(before.Options, after.Options, after.Key)));
    }

    private static partial class Log
    {
        [LoggerMessage(1011, LogLevel.Information, "Broker {BrokerKey}: added to the configuration")]
        public static partial void Added(ILogger logger, string brokerKey);

        [LoggerMessage(1012, LogLevel.Information, "Broker {BrokerKey}: changed in the configuration ({Settings}); its link is made anew")]
        public static partial void Changed(ILogger logger, string brokerKey, string settings);

        [LoggerMessage(1013, LogLevel.Information, "Broker {BrokerKey}: removed from the configuration")]
        public static partial void Removed(ILogger logger, string brokerKey);
    }
}
