using System.Diagnostics.CodeAnalysis;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Brokers;

/// <summary>The brokers that there are now, and what is sent to them.</summary>
internal sealed class BrokerManager(BridgeOptions options, BrokerLinks links)
{
    private readonly LimitOptions _limits = options.Limits;

    /// <summary>The brokers, ordered by key.</summary>
    public IEnumerable<BrokerConnection> All => links.Current.Values.OrderBy(connection => connection.Key, StringComparer.Ordinal);

    /// <exception cref="BridgeException">There is none with this key.</exception>
    public BrokerConnection Get(string brokerKey) =>
        links.Current.TryGetValue(brokerKey, out var connection) ? connection : throw BridgeException.BrokerUnknown(brokerKey);

    public bool TryGet(string brokerKey, [NotNullWhen(true)] out BrokerConnection? connection) =>
        links.Current.TryGetValue(brokerKey, out connection);

    /// <summary>Checks a publish, sends it to its broker and completes when that has acknowledged.</summary>
    /// <exception cref="BridgeException">The message did not reach the broker, or may not have.</exception>
    public Task<PublishReceipt> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var connection = Get(request.BrokerKey);
        ThrowIfInvalid(request);
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
        ThrowIfInvalid(request);
        return connection.RequestAsync(request, timeout, cancellationToken);
    }

    /// <summary>Checks what is known of a publish before anything is sent.</summary>
    /// <exception cref="BridgeException">No broker would be sent such a message.</exception>
    public void ThrowIfInvalid(PublishRequest request)
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
}
