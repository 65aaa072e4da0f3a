using Bridge.Contracts.Steps;
using Bridge.Server.Pipeline.Ready;

namespace Bridge.Server.Pipeline;

/// <summary>A step that the configuration names: one of the ready ones, of which exactly one group stands in it, or a class of a plugin.</summary>
public sealed class ConfiguredStepOptions : StepOptions
{
    /// <summary>
    /// On which ways it processes messages: <c>message</c> (from the broker), <c>publish</c> (to it), <c>read</c> (last values). Where none is
    /// listed: <c>message</c> for ready steps, and what it overrides for a class.
    /// </summary>
    public List<string> On { get; set; } = [];

    /// <summary>The full name of a class of a plugin that derives from <see cref="MessageStep"/>.</summary>
    public string? Class { get; set; }

    /// <summary>What the class is told: its constructor may take an <c>IReadOnlyDictionary&lt;string, string&gt;</c>. Default empty.</summary>
    public Dictionary<string, string> Settings { get; set; } = new(StringComparer.Ordinal);

    /// <summary>One value of a JSON payload becomes the payload.</summary>
    public PickFieldOptions? PickField { get; set; }

    /// <summary>The message gets another topic.</summary>
    public RenameOptions? Rename { get; set; }

    /// <summary>Only so many messages of each topic go on.</summary>
    public RateLimitOptions? RateLimit { get; set; }

    /// <summary>A number goes on only when it has changed enough.</summary>
    public DeadbandOptions? Deadband { get; set; }

    /// <summary>The payload must be valid against a JSON Schema.</summary>
    public JsonSchemaOptions? JsonSchema { get; set; }

    /// <summary>The payload is decoded or decompressed.</summary>
    public DecodeOptions? Decode { get; set; }

    /// <summary>Each metric of a Sparkplug B payload becomes a message of its own.</summary>
    public SparkplugOptions? Sparkplug { get; set; }
}
