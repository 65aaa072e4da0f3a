using System.Text.Json;
using Bridge.Contracts.Steps;
using Bridge.Server.Access;
using Bridge.Server.Messages;
using Bridge.Server.Pipeline;

namespace Bridge.Server.Requests;

/// <summary>What is told of the processing steps, to administrators: topics and parts of messages are in it.</summary>
internal sealed class StepDirectory(StepPipeline pipeline, AccessChecks access, CallerLimits limits)
{
    /// <exception cref="BridgeException">The caller is no administrator.</exception>
    public StepsInfo Get(Caller caller)
    {
        access.ThrowUnlessAdministrator(caller, "see the steps");
        limits.CountRead(caller);
        return new StepsInfo
        {
            Steps = [.. pipeline.Steps.Select(Describe)],
            Lanes = [.. pipeline.Lanes.OrderBy(lane => lane.BrokerKey, StringComparer.Ordinal).ThenBy(lane => lane.Stage).Select(Describe)],
            Problems = pipeline.Problems,
        };
    }

    private static StepInfo Describe(PipelineStep step)
    {
        var (definition, counts) = (step.Definition, step.Counts);
        var calls = Enum.GetValues<StepCall>().Where(call => call != StepCall.Suspended).Sum(counts.Of);
        return new StepInfo
        {
            Name = step.Name,
            Kind = NameOf(definition.Kind),
            Version = definition.Version,
            Broker = step.Place.Broker,
            Topics = step.Place.Topics,
            On = [.. Enum.GetValues<StepStages>().Where(stage => stage != StepStages.None && definition.Stages.HasFlag(stage)).Select(NameOf)],
            OnFailure = NameOf(step.Place.OnFailure),
            TimeoutMilliseconds = definition.Options.TimeoutMilliseconds,
            Calls = Enum.GetValues<StepCall>().ToDictionary(NameOf, counts.Of),
            MeanMicroseconds = calls == 0 ? 0 : Math.Round(counts.Time.TotalMicroseconds / calls, 3),
            MaxMicroseconds = counts.MostTime.TotalMicroseconds,
            SuspendedTopics = step.State.IsSuspended ? -1 : step.State.SuspendedTopics,
            Stuck = step.State.Stuck,
            LastProblem = counts.LastProblem is { } problem ? Describe(problem) : null,
            Shadow = step.Shadow is { } shadow ? Describe(shadow) : null,
        };
    }

    private static StepProblemInfo Describe(StepProblem problem) =>
        new() { At = problem.At, BrokerKey = problem.BrokerKey, Topic = problem.Topic, Text = problem.Text };

    private static StepShadowInfo Describe(StepShadow shadow) => new()
    {
        Step = Describe(shadow.Step),
        Compared = shadow.Compared,
        Different = shadow.Different,
        Skipped = shadow.Skipped,
        Differences = [.. shadow.Differences.Select(difference => new StepDifferenceInfo
        {
            At = difference.At,
            BrokerKey = difference.BrokerKey,
            Topic = difference.Topic,
            Expected = difference.Expected,
            Actual = difference.Actual,
        })],
    };

    private static StepLaneInfo Describe(StepLane lane) =>
        new() { BrokerKey = lane.BrokerKey, On = NameOf(lane.Stage), Waiting = lane.Count, LeftOut = lane.LeftOut };

    private static string NameOf<T>(T member)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(member.ToString());
}
