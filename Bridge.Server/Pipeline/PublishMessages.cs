using Bridge.Contracts;

namespace Bridge.Server.Pipeline;

/// <summary>What is published, as steps see it.</summary>
internal static class PublishMessages
{
    public static BridgeMessage ToMessage(this PublishRequest request, DateTimeOffset now) => new()
    {
        BrokerKey = request.BrokerKey,
        Topic = request.Topic,
        Payload = request.Payload,
        QualityOfService = request.QualityOfService,
        Retain = request.Retain,
        ReceivedAt = now,
        ContentType = request.ContentType,
        UserProperties = request.UserProperties is { Count: > 0 } properties ? [.. properties.Select(pair => new UserProperty(pair[0], pair[1]))] : [],
        ResponseTopic = request.ResponseTopic,
        CorrelationData = request.CorrelationData,
        ExpiresAt = request.ExpirySeconds is { } seconds ? now.AddSeconds(seconds) : null,
    };

    /// <summary>Makes a request of what steps made of another.</summary>
    public static PublishRequest ToRequest(this BridgeMessage message, PublishRequest request, BridgeMessage before, DateTimeOffset now) => request with
    {
        BrokerKey = message.BrokerKey,
        Topic = message.Topic,
        Payload = message.Payload,
        QualityOfService = message.QualityOfService,
        Retain = message.Retain,
        ContentType = message.ContentType,
        UserProperties = ReferenceEquals(message.UserProperties, before.UserProperties)
            ? request.UserProperties
            : [.. message.UserProperties.Select(property => (string[])[property.Name, property.Value])],
        ResponseTopic = message.ResponseTopic,
        CorrelationData = message.CorrelationData,
        ExpirySeconds = message.ExpiresAt == before.ExpiresAt ? request.ExpirySeconds : SecondsUntil(message.ExpiresAt, now),
    };

    /// <summary>A message that has run out of time already goes with the shortest there is.</summary>
    private static uint? SecondsUntil(DateTimeOffset? expiresAt, DateTimeOffset now) =>
        expiresAt is { } at ? (uint)Math.Clamp(Math.Ceiling((at - now).TotalSeconds), 1, uint.MaxValue) : null;
}
