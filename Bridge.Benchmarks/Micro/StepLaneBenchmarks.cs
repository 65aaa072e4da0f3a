using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Steps;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using Bridge.Server.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Benchmarks.Micro;

/// <summary>
/// A message through three steps, from the broker's reader until it goes on: the lane's part, with steps that do as good as nothing, and
/// steps as the load tool has them. A thousand at a time: the lane's thread finds the next one there.
/// </summary>
[MemoryDiagnoser]
public class StepLaneBenchmarks : IDisposable
{
    private const int Messages = 1000;

    private readonly BridgeMessage[] _messages = Samples.Messages(Messages);
    private readonly CountingOutput _output = new();
    private readonly StepLane _passing = Lane([new PassingStep(), new PassingStep(), new PassingStep()]);
    private readonly StepLane _changing = Lane([new ChangingStep(), new ChangingStep(), new ChangingStep()]);
    private readonly StepLane _typical = Lane([new LookStep(), new RewriteStep(), new TagStep()]);

    [GlobalCleanup]
    public void Dispose()
    {
        _passing.Dispose();
        _changing.Dispose();
        _typical.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    [AllocationCeiling(0)]
    public void PassThree() => Send(_passing);

    [Benchmark(OperationsPerInvoke = Messages)]
    [AllocationCeiling(480)]
    public void ChangeThree() => Send(_changing);

    [Benchmark(OperationsPerInvoke = Messages)]
    [AllocationCeiling(850)]
    public void LookRewriteTag() => Send(_typical);

    private void Send(StepLane lane)
    {
        _output.Begin(Messages);
        foreach (var message in _messages)
            lane.Post(new StepWork(message, _output), makesRoom: false);
        _output.Wait();
    }

    private static StepLane Lane(MessageStep[] steps)
    {
        var checks = new StepResultChecks(new LimitOptions(), _ => true);
        var problems = new StepProblems(TimeProvider.System, NullLogger<StepPipeline>.Instance);
        var options = new StepOptions { Name = "step" };
        return new StepLane(
            "plant",
            StepStage.Message,
            [.. steps.Select(step => new PipelineStep(new StepDefinition(StepKind.Code, options, StepStages.Message, step), options, TimeProvider.System))],
            new StepLaneSettings(2 * Messages, long.MaxValue, checks, problems, TimeProvider.System));
    }

    private sealed class PassingStep : MessageStep
    {
        public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) => StepResult.Pass;
    }

    private sealed class ChangingStep : MessageStep
    {
        public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) =>
            StepResult.Change(message with { Retain = !message.Retain });
    }
}
