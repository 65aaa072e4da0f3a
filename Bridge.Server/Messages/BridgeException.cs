using System.Globalization;
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

    /// <summary>The setting in <c>Bridge:Limits</c> that was exceeded, where one was.</summary>
    public string? Limit { get; init; }

    /// <param name="what">Who did too much of what.</param>
    /// <param name="limit">The setting in <c>Bridge:Limits</c>.</param>
    /// <param name="value">What it is.</param>
    /// <param name="wait">After how long it makes sense to try again. It is told in words too: on the hub there are no headers.</param>
    public static BridgeException RateLimited(string what, string limit, long value, TimeSpan wait)
    {
        var seconds = Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        var detail = string.Create(CultureInfo.InvariantCulture, $"{what}: Bridge:Limits:{limit} is {value}. Try again in {seconds} s.");
        return new BridgeException(ErrorCodes.RateLimited, detail) { Limit = limit, RetryAfter = TimeSpan.FromSeconds(seconds) };
    }

    public static BridgeException RequestInvalid(string detail) => new(ErrorCodes.RequestInvalid, detail);

    public static BridgeException BrokerUnknown(string brokerKey) =>
        new(ErrorCodes.BrokerUnknown, $"No broker is configured under the key '{brokerKey}'.");
}
