using Bridge.Server.Configuration;

namespace Bridge.Server.FanOut;

/// <summary>What all outboxes share.</summary>
internal sealed record OutboxContext(LimitOptions Limits, TimeProvider Time, FanOutMetrics Metrics, ILogger Logger);
