using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline;

/// <summary>Finds what is wrong with the options of the pipeline. Each source of steps checks its own.</summary>
internal static class PipelineOptionsValidator
{
    public static void Check(PipelineOptions options, OptionsChecks checks)
    {
        checks.Range(nameof(options.QueueMessages), options.QueueMessages, 1, 10_000_000);
        checks.Range(nameof(options.QueueBytes), options.QueueBytes, 1_048_576, long.MaxValue);
        var script = checks.At(nameof(options.ScriptLimits));
        script.Range(nameof(options.ScriptLimits.Statements), options.ScriptLimits.Statements, 1, 1_000_000_000);
        script.Range(nameof(options.ScriptLimits.MemoryBytes), options.ScriptLimits.MemoryBytes, 65_536, 1_073_741_824);
        script.Range(nameof(options.ScriptLimits.CallDepth), options.ScriptLimits.CallDepth, 1, 10_000);
    }
}
