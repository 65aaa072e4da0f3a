using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Bridge.Server.Topics;

namespace Bridge.Server.Requests;

/// <summary>Makes requests of the members that arrived, the same through every door.</summary>
internal sealed class RequestParser(BridgeOptions options)
{
    // In Hz: from once in 100 s to what a clock of milliseconds can tell.
    private const double SlowestRate = 0.01;
    private const double FastestRate = 1000;

    /// <summary>A broker, and a topic filter on it.</summary>
    /// <exception cref="BridgeException">A member is missing or wrong.</exception>
    public (string BrokerKey, TopicFilter Filter) ParseFilter(RequestFields fields)
    {
        var brokerKey = fields.RequiredText("brokerKey");
        var text = fields.RequiredText("topic");
        if (!options.Brokers.ContainsKey(brokerKey))
            throw BridgeException.BrokerUnknown(brokerKey);

        var filter = TopicFilter.TryParse(text, out var problem) ?? throw new BridgeException(ErrorCodes.FilterInvalid, problem!);
        return options.Limits.HasTooManyLevels(text)
            ? throw new BridgeException(ErrorCodes.FilterInvalid, $"The topic filter has more than {options.Limits.MaxTopicLevels} levels.")
            : (brokerKey, filter);
    }

    /// <summary>What is subscribed to, and how it is delivered.</summary>
    /// <exception cref="BridgeException">A member is missing or wrong.</exception>
    public (string BrokerKey, SubscriptionTerms Terms) ParseSubscribe(RequestFields fields)
    {
        var (brokerKey, filter) = ParseFilter(fields);
        var resumeFrom = fields.OptionalText("resumeFrom") is { } cursor ? StreamCursor.Parse(cursor) : default(StreamCursor?);
        return (brokerKey, new SubscriptionTerms(filter, ParseMode(fields), fields.Flag("snapshot", true), resumeFrom));
    }

    private static DeliveryMode ParseMode(RequestFields fields)
    {
        var maxRate = fields.Real("maxRate", SlowestRate, FastestRate);
        return fields.OptionalText("mode") switch
        {
            "latest" => DeliveryMode.Latest(maxRate),
            null or "all" when maxRate is null => DeliveryMode.All,
            null or "all" => throw BridgeException.RequestInvalid("'maxRate' needs the 'mode' latest: of all messages none is left out for it."),
            var mode => throw BridgeException.RequestInvalid($"'mode' must be all or latest, is '{mode}'."),
        };
    }

    /// <summary>What is published. Its topic and size are checked where it is published.</summary>
    /// <exception cref="BridgeException">A member is missing or wrong.</exception>
    public static PublishRequest ParsePublish(RequestFields fields) => ParsePublish(fields, fields.Payload());

    /// <summary>The same, with the payload from elsewhere.</summary>
    public static PublishRequest ParsePublish(RequestFields fields, ReadOnlyMemory<byte> payload) =>
        new()
        {
            BrokerKey = fields.RequiredText("brokerKey"),
            Topic = fields.RequiredText("topic"),
            Payload = payload,
            QualityOfService = (QualityOfService)(fields.Number("qos", 0, 2) ?? 1),
            Retain = fields.Flag("retain", false),
            ContentType = fields.OptionalText("contentType"),
            UserProperties = fields.Pairs("userProperties"),
            ResponseTopic = fields.OptionalText("responseTopic"),
            CorrelationData = fields.Bytes("correlationData"),
            ExpirySeconds = (uint?)fields.Number("expirySeconds", 1, uint.MaxValue),
            IdempotencyKey = fields.OptionalText("idempotencyKey") is { } key ? IdempotencyKey.Parse(key) : null,
        };

    /// <summary>What would be ignored otherwise is told: the caller relies on what it asks for.</summary>
    public static void ThrowIfSet(RequestFields fields, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (fields.Has(name))
                throw BridgeException.RequestInvalid($"'{name}' is not supported by this version.");
        }
    }
}
