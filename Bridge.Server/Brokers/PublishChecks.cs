using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Brokers;

/// <summary>What a broker takes, and what its answers mean.</summary>
internal static class PublishChecks
{
    private const int NoMatchingSubscribers = 0x10;
    private const int NotAuthorized = 0x87;
    private const int QuotaExceeded = 0x97;
    private const int PacketTooLarge = 0x95;
    private const int RetainNotSupported = 0x9A;
    private const int QosNotSupported = 0x9B;

    /// <summary>
    /// Strings that brokers may take for a malformed packet (<see cref="MqttText"/>) would cost us the link, and all our clients theirs.
    /// </summary>
    public static void ThrowIfMalformed(PublishRequest request)
    {
        if (MqttText.FindProblem(request.Topic) is { } problem)
            throw new BridgeException(ErrorCodes.TopicInvalid, $"The topic {problem}.");
        if (request.ResponseTopic is { } responseTopic && MqttText.FindProblem(responseTopic) is { } responseProblem)
            throw new BridgeException(ErrorCodes.TopicInvalid, $"responseTopic {responseProblem}.");
        if (request.ContentType is { } contentType && MqttText.FindProblem(contentType) is { } typeProblem)
            throw BridgeException.RequestInvalid($"contentType {typeProblem}.");
        if ((request.UserProperties ?? []).SelectMany(pair => pair).Select(MqttText.FindProblem).FirstOrDefault(found => found is not null) is { } pairProblem)
            throw BridgeException.RequestInvalid($"A string of userProperties {pairProblem}.");
        if (request.CorrelationData is { Length: > MqttText.MaxBytes })
            throw BridgeException.RequestInvalid($"correlationData may have {MqttText.MaxBytes} bytes.");
    }

    /// <summary>What the broker said when it connected must not be sent (MQTT 5 §3.2.2.3) would cost us the link.</summary>
    public static void ThrowIfNotTaken(PublishRequest request, BrokerLimits limits, bool isMqtt5)
    {
        if (!isMqtt5 && (request.ContentType ?? request.ResponseTopic) is not null)
            throw BridgeException.RequestInvalid($"contentType and responseTopic need MQTT 5; broker '{request.BrokerKey}' is used with 3.1.1.");
        if (!isMqtt5 && (request.UserProperties is { Count: > 0 } || request.CorrelationData is not null || request.ExpirySeconds is not null))
            throw BridgeException.RequestInvalid($"userProperties, correlationData and expirySeconds need MQTT 5; broker '{request.BrokerKey}' is used with 3.1.1.");
        if ((int)request.QualityOfService > limits.MaximumQos)
            throw Refusal(QosNotSupported, $"The broker takes no message above QoS {limits.MaximumQos}.");
        if (request.Retain && !limits.RetainAvailable)
            throw Refusal(RetainNotSupported, "The broker retains no messages.");
        if (limits.MaximumPacketSize > 0 && request.SizeBound() > limits.MaximumPacketSize)
            throw Refusal(PacketTooLarge, $"The broker takes no packet above {limits.MaximumPacketSize} bytes.");
    }

    /// <exception cref="BridgeException">The broker refused the message.</exception>
    public static PublishReceipt ToReceipt(PublishRequest request, int reasonCode, string? text)
    {
        if (reasonCode >= 0x80)
            throw Refusal(reasonCode, $"The broker refused the message with reason code 0x{reasonCode:X2}{(text is null ? "" : $": {text}")}.");

        return new PublishReceipt
        {
            BrokerKey = request.BrokerKey,
            Topic = request.Topic,
            QualityOfService = request.QualityOfService,
            Reason = reasonCode == NoMatchingSubscribers ? PublishReason.NoMatchingSubscribers : PublishReason.Success,
        };
    }

    /// <summary>The failure that an MQTT reason code means to our callers.</summary>
    public static BridgeException Refusal(int reasonCode, string detail) => reasonCode switch
    {
        NotAuthorized => new BridgeException(ErrorCodes.BrokerRefused, detail) { ReasonCode = reasonCode },
        QuotaExceeded => new BridgeException(ErrorCodes.BrokerQuota, detail)
        {
            ReasonCode = reasonCode,
            RetryAfter = TimeSpan.FromSeconds(1),
        },
        PacketTooLarge => new BridgeException(ErrorCodes.PayloadTooLarge, detail) { ReasonCode = reasonCode },
        _ => new BridgeException(ErrorCodes.BrokerRejected, detail) { ReasonCode = reasonCode },
    };
}
