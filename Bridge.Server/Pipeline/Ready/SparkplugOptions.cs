namespace Bridge.Server.Pipeline.Ready;

/// <summary>
/// Each metric of a Sparkplug B payload (Sparkplug 3.0 §6) becomes a message of its own, on the topic <c>sparkplug/GROUP/EDGE/DEVICE/METRIC</c>.
/// Other topics, <c>STATE</c> and payloads without metrics go on as they are.
/// </summary>
public sealed class SparkplugOptions
{
    /// <summary>What the topics of metrics begin with; may be empty. Default <c>sparkplug/</c>.</summary>
    public string Prefix { get; set; } = "sparkplug/";

    /// <summary>
    /// What becomes of metrics that are marked as historical: they go on as others do, with the user property <c>historical</c>, or are left
    /// out. Default <c>keep</c>.
    /// </summary>
    public HistoricalMetrics Historical { get; set; }

    /// <summary>
    /// How many bytes of memory what births say of their metrics (names, aliases, types) may take, with 128 for each beside its name, 65,536 to
    /// 17,179,869,184. Beyond that the device that was heard of least recently is forgotten until its next birth. Default 67,108,864 (64 MiB).
    /// </summary>
    public long BirthBytes { get; set; } = 67_108_864;
}

/// <summary>What becomes of historical metrics.</summary>
public enum HistoricalMetrics
{
    /// <summary>They go on.</summary>
    Keep,

    /// <summary>They are left out.</summary>
    Drop,
}
