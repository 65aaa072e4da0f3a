using System.Text;
using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Peers;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Scripts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Benchmarks.Micro;

/// <summary>A call of a script, without the lane: one that returns at once, one that changes a JSON payload, and that of the load tool.</summary>
[MemoryDiagnoser]
public class ScriptStepBenchmarks
{
    private readonly MessageStep _returning = Load("function onMessage(m) { }");
    private readonly MessageStep _json = Load(
        """
        function onMessage(m) {
          const reading = JSON.parse(m.message);
          reading.value = reading.value * 1.8 + 32;
          m.message = reading;
          return m;
        }
        """);

    private readonly MessageStep _text = Load(PeerSteps.Script);
    private readonly BridgeMessage _reading = Samples.Message(0) with
    {
        Payload = """{"value":21.5,"unit":"C","quality":"good","sensor":"PT100-0042"}"""u8.ToArray(),
    };

    private readonly BridgeMessage _record = Samples.Message(0) with { Payload = Encoding.UTF8.GetBytes("@~@~".PadRight(30, '7').PadRight(64, '.')) };

    [Benchmark]
    [AllocationCeiling(700)]
    public StepOutcome Return() => Call(_returning, _reading, StepOutcome.Pass);

    /// <summary>The engine's JSON.parse takes 13 KB of it, for any text with a member and a string.</summary>
    [Benchmark]
    [AllocationCeiling(16_000)]
    public StepOutcome ChangeJson() => Call(_json, _reading, StepOutcome.Change);

    [Benchmark]
    [AllocationCeiling(2_500)]
    public StepOutcome MakeJsonOfText() => Call(_text, _record, StepOutcome.Change);

    private static StepOutcome Call(MessageStep step, BridgeMessage message, StepOutcome expected)
    {
        var called = step.OnMessageAsync(message, default);
        var outcome = called.IsCompletedSuccessfully ? called.Result.Outcome : throw new InvalidOperationException("The script waits.");
        return outcome == expected ? outcome : throw new InvalidOperationException($"The script's outcome is {outcome}.");
    }

    private static MessageStep Load(string script) => new ScriptLoader(NullLogger.Instance, TimeProvider.System)
        .Load(new ScriptFile("benchmark.js", "benchmark.js", Encoding.UTF8.GetBytes(script), null), new ScriptLimitOptions()).Step;
}
