namespace Bridge.Server.Pipeline.Ready;

/// <summary>What a birth says of its metrics, which data may leave out (Sparkplug 3.0 §6.4.6): never changes.</summary>
internal sealed class SparkplugBirth
{
    private const int BytesOfMetric = 128;

    private readonly Dictionary<ulong, string> _names = [];
    private readonly Dictionary<string, SparkplugType> _types = new(StringComparer.Ordinal);

    public SparkplugBirth(SparkplugPayload payload)
    {
        foreach (var metric in payload.Metrics)
        {
            _types[metric.Name] = (SparkplugType)metric.Datatype;
            if (metric.HasAlias)
                _names[metric.Alias] = metric.Name;
            Bytes += BytesOfMetric + (2L * metric.Name.Length);
        }
    }

    /// <summary>How much memory it takes, about.</summary>
    public long Bytes { get; }

    public string? NameOf(ulong alias) => _names.GetValueOrDefault(alias);

    public SparkplugType TypeOf(string name) => _types.GetValueOrDefault(name);
}
