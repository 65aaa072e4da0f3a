using Bridge.Contracts;

namespace Bridge.Server.Pipeline;

/// <summary>Notes what goes wrong in steps, and tells it: not each time, because a step that is wrong is wrong for each message.</summary>
internal sealed partial class StepProblems(TimeProvider time, ILogger<StepPipeline> logger)
{
    /// <summary>A message's text may stand in it, whatever its length.</summary>
    private const int MostCharacters = 500;

    /// <summary>Notes a failed call, and suspends the step where it took too much too often.</summary>
    public void Failed(PipelineStep step, BridgeMessage message, StepAnswer answer)
    {
        var isOverrun = answer.Failure is StepOverrunException;
        var call = isOverrun ? StepCall.Overran : StepCall.Failed;
        var problem = Describe(message, answer.Failure!.Message);
        var count = step.Counts.Note(call, answer.Took, problem);
        if (long.IsPow2(count))
            Log.Failed(logger, step.Name, problem.Text, problem.BrokerKey, problem.Topic, count);
        if (isOverrun && step.Suspensions.NoteOverrun(message.BrokerKey, message.Topic, answer.Held) && long.IsPow2(step.Counts.Of(StepCall.Overran) - StepSuspensions.Overruns + 1))
            Log.Suspended(logger, step.Name, step.Suspensions.IsForAll ? "all topics" : problem.Topic, StepSuspensions.Length.TotalSeconds);
    }

    public void Rejected(PipelineStep step, BridgeMessage message, string reason, TimeSpan took)
    {
        var problem = Describe(message, reason);
        var count = step.Counts.Note(StepCall.Rejected, took, problem);
        if (long.IsPow2(count))
            Log.Rejected(logger, step.Name, problem.BrokerKey, problem.Topic, problem.Text, count);
    }

    public void LeftOut(string brokerKey, long count)
    {
        if (long.IsPow2(count))
            Log.LeftOut(logger, brokerKey, count);
    }

    public void Broken(string brokerKey, string topic, Exception exception) => Log.Broken(logger, brokerKey, topic, exception);

    /// <summary>On one line, whatever the step says.</summary>
    private StepProblem Describe(BridgeMessage message, string text) => new(
        time.GetUtcNow(), message.BrokerKey, message.Topic, (text.Length > MostCharacters ? $"{text[..MostCharacters]}…" : text).ReplaceLineEndings(" "));

    private static partial class Log
    {
        [LoggerMessage(12001, LogLevel.Warning, "Step {Step}: {Problem} (broker {BrokerKey}, topic {Topic}; {Count} so far)")]
        public static partial void Failed(ILogger logger, string step, string problem, string brokerKey, string topic, long count);

        [LoggerMessage(12002, LogLevel.Warning, "Step {Step} is not called for {Topic} for {Seconds} s, because it takes too long")]
        public static partial void Suspended(ILogger logger, string step, string topic, double seconds);

        [LoggerMessage(12003, LogLevel.Information, "Step {Step} rejected a message of broker {BrokerKey} on {Topic}: {Reason} ({Count} so far)")]
        public static partial void Rejected(ILogger logger, string step, string brokerKey, string topic, string reason, long count);

        [LoggerMessage(12004, LogLevel.Warning, "Broker {BrokerKey}: its steps cannot keep up; messages were left out ({Count} so far)")]
        public static partial void LeftOut(ILogger logger, string brokerKey, long count);

        [LoggerMessage(12005, LogLevel.Error, "Broker {BrokerKey}: a message on {Topic} could not be handed on behind the steps")]
        public static partial void Broken(ILogger logger, string brokerKey, string topic, Exception exception);
    }
}
