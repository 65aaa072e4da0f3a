using System.Diagnostics.Metrics;
using Bridge.Server.Pipeline;

namespace Bridge.Server.Diagnostics;

/// <summary>What is told of the processing steps. Steps are named by the configuration, by code and by files' names, so they are few.</summary>
internal sealed class StepInstruments(StepPipeline pipeline) : IInstruments
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableCounter(
            "bridge.steps.calls", Calls, "{message}", "Messages that a processing step was given, by step and result; suspended: was not given, because it took too long before.");
        meter.CreateObservableCounter(
            "bridge.steps.time", () => BySteps(step => step.Counts.Time.TotalSeconds), "s", "Time in a processing step, waits included; by step.");
        meter.CreateObservableUpDownCounter(
            "bridge.steps.stuck", () => BySteps(step => (long)step.State.Stuck), "{thread}", "Threads that hang in a processing step; by step.");
        meter.CreateObservableUpDownCounter(
            "bridge.steps.waiting", () => ByLane(lane => lane.Count), "{message}", "Messages that are on their way through the steps; by broker and stage.");
        meter.CreateObservableCounter(
            "bridge.steps.left_out", () => ByLane(lane => lane.LeftOut), "{message}", "Messages that were left out or refused, because too many waited for the steps; by broker and stage.");
        meter.CreateObservableCounter(
            "bridge.steps.compared", Compared, "{message}", "Messages that a new version of a step was compared with, by step and result: same, different, skipped.");
    }

    private static KeyValuePair<string, object?> Step(PipelineStep step) => new("step", step.Name);

    private IEnumerable<PipelineStep> All() => pipeline.Steps.SelectMany(step => step.Shadow is { } shadow ? [step, shadow.Step] : new[] { step });

    private IEnumerable<Measurement<T>> BySteps<T>(Func<PipelineStep, T> read)
        where T : struct => All().Select(step => new Measurement<T>(read(step), Step(step)));

    private IEnumerable<Measurement<long>> Calls() =>
        from step in All()
        from call in Enum.GetValues<StepCall>()
        select new Measurement<long>(step.Counts.Of(call), Step(step), new("result", Labels.Name(call)));

    private IEnumerable<Measurement<long>> ByLane(Func<StepLane, long> read) =>
        pipeline.Lanes.Select(lane => new Measurement<long>(read(lane), Labels.Broker(lane.BrokerKey), new("stage", Labels.Name(lane.Stage))));

    private IEnumerable<Measurement<long>> Compared() =>
        from shadow in pipeline.Steps.Select(step => step.Shadow).OfType<StepShadow>()
        from result in (IEnumerable<(string Name, long Count)>)
            [("same", shadow.Compared - shadow.Different), ("different", shadow.Different), ("skipped", shadow.Skipped)]
        select new Measurement<long>(result.Count, Step(shadow.Step), new("result", result.Name));
}
