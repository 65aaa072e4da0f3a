namespace Bridge.Server.Pipeline;

/// <summary>The steps that process messages between brokers and clients.</summary>
public sealed class PipelineOptions
{
    /// <summary>
    /// The folder of the scripts: each <c>*.js</c> in it is a step, and is loaded again when it changes. Relative to the content root; it need
    /// not exist. Empty: no scripts. Default <c>steps</c>.
    /// </summary>
    public string Scripts { get; set; } = "steps";

    /// <summary>What a call of a script may take.</summary>
    public ScriptLimitOptions ScriptLimits { get; set; } = new();

    /// <summary>
    /// The folder of assemblies with steps: each folder in it is one plugin, with the assembly of its name. They are loaded at start-up.
    /// Relative to the content root; it need not exist. Empty: none. Default <c>plugins</c>.
    /// </summary>
    public string Plugins { get; set; } = "plugins";

    /// <summary>
    /// How many messages may wait for the steps of one broker on one way (arrivals, publishes, reads), 1 to 10,000,000. Beyond that arrivals
    /// are left out, the oldest first, and counted, and one topic has a tenth of it; what clients ask for is <c>overloaded</c>. Default 10,000.
    /// </summary>
    public int QueueMessages { get; set; } = 10_000;

    /// <summary>How many bytes these may have, with 256 for each beside its payload and texts, at least 1,048,576. Default 67,108,864 (64 MiB).</summary>
    public long QueueBytes { get; set; } = 67_108_864;

    /// <summary>The ready steps, and those of plugins. Default none.</summary>
    public List<ConfiguredStepOptions> Steps { get; set; } = [];
}

/// <summary>What one call of a script may take. Beyond it the call is ended, and counts as too slow.</summary>
public sealed class ScriptLimitOptions
{
    /// <summary>How many statements, 1 to 1,000,000,000. Default 100,000.</summary>
    public int Statements { get; set; } = 100_000;

    /// <summary>How many bytes it may allocate in all, 65,536 to 1,073,741,824. Default 16,777,216 (16 MiB).</summary>
    public long MemoryBytes { get; set; } = 16_777_216;

    /// <summary>How deep calls may nest, 1 to 10,000. Default 100.</summary>
    public int CallDepth { get; set; } = 100;
}
