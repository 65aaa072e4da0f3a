using Bridge.Contracts;

namespace Bridge.Server.Messages;

/// <summary>A failure that the caller is told, with its code. The doors translate it; nothing else is told to callers.</summary>
internal sealed class BridgeException(string code, string detail, Exception? inner = null) : Exception(detail, inner)
{
    /// <summary>One of <see cref="ErrorCodes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>The MQTT reason code behind the failure, where a broker gave one.</summary>
    public int? ReasonCode { get; init; }

    /// <summary>After how long it makes sense to try again, where that is known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether what was asked for may have happened all the same; otherwise it is certain that it did not.</summary>
    public bool IsOutcomeUnknown { get; init; }

    public static BridgeException RequestInvalid(string detail) => new(ErrorCodes.RequestInvalid, detail);

    public static BridgeException BrokerUnknown(string brokerKey) =>
        new(ErrorCodes.BrokerUnknown, $"No broker is configured under the key '{brokerKey}'.");
}
