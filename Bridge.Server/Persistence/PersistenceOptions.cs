namespace Bridge.Server.Persistence;

/// <summary>What outlasts a restart of the bridge, and where it is kept.</summary>
public sealed class PersistenceOptions
{
    /// <summary>
    /// The file (SQLite) with the last values and the history; another beside it holds publishes that wait for their broker. Relative to the
    /// content root; its folder is made. Empty: nothing is kept. Default <c>data/bridge.db</c>.
    /// </summary>
    public string Path { get; set; } = "data/bridge.db";

    /// <summary>
    /// How many messages of each topic are kept, 0 to 1,000,000, where no rule in <see cref="History"/> says otherwise. 0 means no history.
    /// Default 0.
    /// </summary>
    public int HistoryPerTopic { get; set; }

    /// <summary>How long they are kept; 0 means as long as there is room. Default seven days.</summary>
    public TimeSpan HistoryAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How many bytes a broker's history may occupy, with 256 for each message beside its payload and texts, at least 1,048,576. The oldest
    /// messages go first. Default 1,073,741,824 (1 GiB).
    /// </summary>
    public long HistoryBytes { get; set; } = 1_073_741_824;

    /// <summary>
    /// How many durable publishes may wait for a broker, 1 to 10,000,000. Beyond that, as beyond <see cref="QueueBytes"/>, a publish is
    /// <c>overloaded</c>. Default 100,000.
    /// </summary>
    public int QueueMessages { get; set; } = 100_000;

    /// <summary>How many bytes these may have, with 256 for each beside its payload and texts, at least 1,048,576. Default 268,435,456 (256 MiB).</summary>
    public long QueueBytes { get; set; } = 268_435_456;

    /// <summary>How long a durable publish waits for its broker at most; then it is given up, and logged. 0 means for ever. Default one day.</summary>
    public TimeSpan QueueAge { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Which topics have another history. The first rule that matches a topic counts.</summary>
    public List<HistoryOptions> History { get; set; } = [];

    /// <summary>The file of the publishes that wait: <c>bridge.db</c> has <c>bridge.queue.db</c> beside it.</summary>
    internal string QueuePath =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path) ?? "", $"{System.IO.Path.GetFileNameWithoutExtension(Path)}.queue{System.IO.Path.GetExtension(Path)}");

    /// <summary>Whether anything is kept.</summary>
    internal bool IsOn => Path.Length > 0;
}

/// <summary>The history of some topics.</summary>
public sealed class HistoryOptions
{
    /// <summary>The broker's key, or <c>*</c> for all. Default <c>*</c>.</summary>
    public string Broker { get; set; } = HistoryRules.AnyBroker;

    /// <summary>The topic filters. At least one.</summary>
    public List<string> Topics { get; set; } = [];

    /// <summary>How many messages of each topic are kept, 0 to 1,000,000. 0, the default, means none.</summary>
    public int PerTopic { get; set; }

    /// <summary>How long they are kept; 0 means as long as there is room. Default: <see cref="PersistenceOptions.HistoryAge"/>.</summary>
    public TimeSpan? Age { get; set; }
}
