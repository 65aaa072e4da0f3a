using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Requests;

/// <summary>Makes requests of the members that arrived, the same through every door.</summary>
internal sealed class RequestParser(BridgeOptions options)
{
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

    /// <summary>What is published. Its topic and size are checked where it is published.</summary>
    /// <exception cref="BridgeException">A member is missing or wrong.</exception>
    public static PublishRequest ParsePublish(RequestFields fields) => ParsePublish(fields, fields.Payload());

    /// <summary>The same, with the payload from elsewhere.</summary>
    public static PublishRequest ParsePublish(RequestFields fields, ReadOnlyMemory<byte> payload)
    {
        ThrowIfSet(fields, "idempotencyKey");
        return new PublishRequest
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
        };
    }

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
