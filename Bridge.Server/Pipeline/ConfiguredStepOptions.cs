using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>A step that the configuration names: one of the ready ones, of which exactly one group stands in it, or a class of a plugin.</summary>
public sealed class ConfiguredStepOptions : StepOptions
{
    /// <summary>
    /// On which ways it processes messages: <c>message</c> (from the broker), <c>publish</c> (to it), <c>read</c> (last values). Default
    /// <c>message</c> for ready steps, and what it overrides for a class.
    /// </summary>
    public List<string> On { get; set; } = [];

    /// <summary>The full name of a class of a plugin that derives from <see cref="MessageStep"/>.</summary>
    public string? Class { get; set; }

    /// <summary>What the class is told: its constructor may take an <c>IReadOnlyDictionary&lt;string, string&gt;</c>. Default empty.</summary>
    public Dictionary<string, string> Settings { get; set; } = new(StringComparer.Ordinal);
}
