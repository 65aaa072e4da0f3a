using System.Text.Json.Serialization;
using Bridge.Contracts;
using Bridge.Contracts.Wire;
using Bridge.Server.Brokers;

namespace Bridge.Server.Http;

/// <summary>How one broker's link is, for operators.</summary>
internal sealed record BrokerHealth
{
    public required string BrokerKey { get; init; }

    public required BrokerState State { get; init; }

    [JsonConverter(typeof(TimestampJsonConverter))]
    public required DateTimeOffset Since { get; init; }

    public string? LastError { get; init; }

    /// <summary>When the last message came; null before the first.</summary>
    [JsonConverter(typeof(TimestampJsonConverter))]
    public DateTimeOffset? LastMessageAt { get; init; }

    /// <summary>How often the link was made again since the start.</summary>
    public long Reconnects { get; init; }

    /// <summary>Over the last ten seconds.</summary>
    public double MessagesInPerSecond { get; init; }

    public static BrokerHealth Of(BrokerConnection broker)
    {
        var state = broker.State;
        return new BrokerHealth
        {
            BrokerKey = broker.Key,
            State = state.State,
            Since = state.Since,
            LastError = state.LastError,
            LastMessageAt = broker.Counts.LastMessageAt,
            Reconnects = broker.Counts.Reconnects,
            MessagesInPerSecond = broker.MessagesIn.PerSecond,
        };
    }
}
