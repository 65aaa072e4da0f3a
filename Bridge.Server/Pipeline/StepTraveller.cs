using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>Brings a message from step to step, as the steps' answers have it. One at a time.</summary>
internal sealed class StepTraveller(StepLane lane)
{
    /// <summary>Where the message is.</summary>
    public Journey Journey;

    /// <returns>Whether there is anything to do with the message.</returns>
    public bool Begin(in Continuation next)
    {
        Journey = next.Journey;
        return next.Answer is not { } answer || Take(answer);
    }

    /// <summary>Finds the step that the message goes to next, and hands on what has no more steps before it.</summary>
    /// <returns>Null when there is nothing more to do with it.</returns>
    public PipelineStep? FindStep()
    {
        while (true)
        {
            if (Journey.Next == Journey.Chain.Length)
            {
                Journey.Work.Output.GoOn(Journey.Work, Journey.Message);
                if (!EndPart(new StepVerdict(StepEnd.WentOn)))
                    return null;
                continue;
            }

            var step = Journey.Chain[Journey.Next];
            if (!step.Matches(Journey.Message.Topic))
                Journey.Next++;
            else if (!step.State.IsSuspendedFor(lane, Journey.Message.Topic))
                return step;
            else if (!Skip(step))
                return null;
        }
    }

    /// <summary>Ends a message with which the bridge itself failed.</summary>
    public void Break(Exception exception)
    {
        lane.Settings.Problems.Broken(lane.BrokerKey, Journey.Work.Message.Topic, exception);
        End(new StepVerdict(StepEnd.Failed, Reason: "The bridge failed; its log says why.", Code: ErrorCodes.Internal));
    }

    /// <summary>Takes what came of a call.</summary>
    /// <returns>Whether there is more to do with the message.</returns>
    public bool Take(StepAnswer answer)
    {
        var step = Journey.Chain[Journey.Next];
        if (answer.Failure is null)
            return Take(step, answer.Result, answer.Took, answer.Held);

        lane.Settings.Problems.Failed(lane, step, Journey.Message, answer);
        step.Shadow?.Compare(lane, Journey, default, answer.Failure);
        return FailAt(step, answer.Failure is StepOverrunException ? answer.Failure.Message : "failed");
    }

    /// <inheritdoc cref="Take(StepAnswer)"/>
    public bool Take(PipelineStep step, in StepResult result, TimeSpan took, TimeSpan held)
    {
        var before = Journey.Message;
        if (result.Outcome is StepOutcome.Change or StepOutcome.Split && lane.Settings.Checks.FindProblem(before, result, lane.Stage) is { } problem)
            return Take(new StepAnswer(default, new InvalidOperationException(problem), took, held));

        if (held > step.Timeout)
            lane.Settings.Problems.Slow(lane, step, before, held);
        else
            step.State.NoteDone(lane, before.Topic);
        step.Shadow?.Compare(lane, Journey, result, null);
        switch (result.Outcome)
        {
            case StepOutcome.Pass:
                step.Counts.Note(StepCall.Passed, took);
                Journey.Next++;
                return true;
            case StepOutcome.Change:
                step.Counts.Note(StepCall.Changed, took);
                (Journey.Message, Journey.Next) = (result.Message!, Journey.Next + 1);
                return true;
            case StepOutcome.Split:
                step.Counts.Note(StepCall.Split, took);
                Journey.Rest = new Branch(result.Messages, Journey.Next + 1, Journey.Rest);
                return EndPart(new StepVerdict(StepEnd.Dropped, step.Name));
            case StepOutcome.Drop:
                step.Counts.Note(StepCall.Dropped, took);
                return EndPart(new StepVerdict(StepEnd.Dropped, step.Name));
            default:
                lane.Settings.Problems.Rejected(step, before, result.Reason!, took);
                return EndPart(new StepVerdict(StepEnd.Rejected, step.Name, result.Reason));
        }
    }

    private bool Skip(PipelineStep step)
    {
        step.Counts.Note(StepCall.Suspended, TimeSpan.Zero);
        return FailAt(step, "is suspended, because it took too long before");
    }

    private bool FailAt(PipelineStep step, string problem)
    {
        if (step.Place.OnFailure == StepFailureAction.Block)
            return EndPart(new StepVerdict(StepEnd.Failed, step.Name, problem));

        Journey.Next++;
        return true;
    }

    /// <summary>The end of a message, or of one of those that it was split into.</summary>
    /// <returns>Whether another of them comes next.</returns>
    private bool EndPart(in StepVerdict verdict)
    {
        Journey.Verdict = Journey.Verdict.Or(verdict);
        if (Journey.TakeBranch())
            return true;

        End(Journey.Verdict);
        return false;
    }

    private void End(in StepVerdict verdict)
    {
        try
        {
            Journey.Work.Output.End(Journey.Work, verdict);
        }
        catch (Exception exception)
        {
            lane.Settings.Problems.Broken(lane.BrokerKey, Journey.Work.Message.Topic, exception);
        }

        lane.Finish(Journey);
    }
}
