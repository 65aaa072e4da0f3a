using System.Diagnostics.CodeAnalysis;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Brokers;

/// <summary>All brokers, each with its link.</summary>
internal sealed class BrokerManager : IHostedService, IAsyncDisposable
{
    private readonly Dictionary<string, BrokerConnection> _connections;
    private readonly LimitOptions _limits;

    public BrokerManager(
        BridgeOptions options,
        IHostEnvironment environment,
        IEnumerable<IEnhancedAuthenticationHandler> authentication,
        Func<string, IMessageConsumer> consumers,
        TimeProvider time,
        ILogger<BrokerConnection> logger)
    {
        var methods = authentication.ToDictionary(handler => handler.Method);
        _limits = options.Limits;
        _connections = options.Brokers.ToDictionary(
            broker => broker.Key,
            broker => new BrokerConnection(
                broker.Key,
                broker.Value,
                options.Limits,
                environment.ContentRootPath,
                broker.Value.AuthenticationMethod is { } method ? methods[method] : null,
                consumers(broker.Key),
                time,
                logger,
                options.Diagnostics.TraceOneIn));
    }

    /// <summary>The brokers, ordered by key.</summary>
    public IEnumerable<BrokerConnection> All => _connections.Values.OrderBy(connection => connection.Key, StringComparer.Ordinal);

    /// <exception cref="BridgeException">There is none with this key.</exception>
    public BrokerConnection Get(string brokerKey) =>
        _connections.TryGetValue(brokerKey, out var connection) ? connection : throw BridgeException.BrokerUnknown(brokerKey);

    public bool TryGet(string brokerKey, [NotNullWhen(true)] out BrokerConnection? connection) =>
        _connections.TryGetValue(brokerKey, out connection);

    /// <summary>Checks a publish, sends it to its broker and completes when that has acknowledged.</summary>
    /// <exception cref="BridgeException">The message did not reach the broker, or may not have.</exception>
    public Task<PublishReceipt> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var connection = Get(request.BrokerKey);
        ThrowIfNotAllowed(request);
        return connection.PublishAsync(request, cancellationToken);
    }

    /// <summary>Checks a request, publishes it and completes with its reply.</summary>
    /// <param name="request">The message; response topic and correlation data are the bridge's to set.</param>
    /// <param name="timeout">How long all of it may take.</param>
    /// <param name="cancellationToken">Ends the wait: a reply that comes later is nobody's.</param>
    /// <exception cref="BridgeException">The request did not reach the broker, or no reply came.</exception>
    public Task<BridgeMessage> RequestAsync(PublishRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var connection = Get(request.BrokerKey);
        ThrowIfNotAllowed(request);
        return connection.RequestAsync(request, timeout, cancellationToken);
    }

    private void ThrowIfNotAllowed(PublishRequest request)
    {
        if (TopicName.Check(request.Topic) is { } problem)
            throw new BridgeException(ErrorCodes.TopicInvalid, problem);
        if (request.ResponseTopic is { } responseTopic && TopicName.Check(responseTopic) is { } responseProblem)
            throw new BridgeException(ErrorCodes.TopicInvalid, $"responseTopic: {responseProblem}");
        if (_limits.HasTooManyLevels(request.Topic))
            throw new BridgeException(ErrorCodes.TopicInvalid, $"The topic has more than {_limits.MaxTopicLevels} levels.");
        if (_limits.MaxPayloadBytes > 0 && request.Payload.Length > _limits.MaxPayloadBytes)
            throw new BridgeException(ErrorCodes.PayloadTooLarge, $"The payload has {request.Payload.Length} bytes; {_limits.MaxPayloadBytes} are allowed.");

        PublishChecks.ThrowIfMalformed(request);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in _connections.Values)
            connection.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_connections.Values.Select(connection => connection.DisposeAsync().AsTask()));
}
