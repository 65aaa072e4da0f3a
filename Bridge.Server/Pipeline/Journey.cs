using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>A message on its way through the steps.</summary>
internal struct Journey
{
    public StepWork Work;

    /// <summary>The steps that there were when it began.</summary>
    public PipelineStep[] Chain;

    /// <summary>The message as it is now.</summary>
    public BridgeMessage Message;

    /// <summary>The step that comes next.</summary>
    public int Next;

    /// <summary>The messages that come after it, where it was split.</summary>
    public Branch? Rest;

    /// <summary>What became of those before it.</summary>
    public StepVerdict Verdict;

    /// <summary>Whether others of its topic wait for its end.</summary>
    public bool IsAwaited;

    public Journey(in StepWork work, PipelineStep[] chain) => (Work, Chain, Message) = (work, chain, work.Message);

    /// <summary>Goes on with the next of the messages that it was split into.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TakeBranch()
    {
        while (Rest is { } branch)
        {
            if (branch.Taken < branch.Messages.Count)
            {
                (Message, Next) = (branch.Messages[branch.Taken++], branch.Next);
                return true;
            }

            Rest = branch.Parent;
        }

        return false;
    }
}

/// <summary>What a step split a message into.</summary>
/// <param name="messages">The messages.</param>
/// <param name="next">The step that comes next for each.</param>
/// <param name="parent">What comes after the last of them.</param>
internal sealed class Branch(IReadOnlyList<BridgeMessage> messages, int next, Branch? parent)
{
    public IReadOnlyList<BridgeMessage> Messages => messages;

    public int Next => next;

    public Branch? Parent => parent;

    /// <summary>How many of them have gone on.</summary>
    public int Taken { get; set; }
}

/// <summary>A journey that goes on, with what the step made of the message that it waited for.</summary>
/// <param name="Journey">The journey.</param>
/// <param name="Answer">What came of the wait; null where it begins.</param>
internal readonly record struct Continuation(Journey Journey, StepAnswer? Answer = null);

/// <summary>What came of a call.</summary>
/// <param name="Result">Its result.</param>
/// <param name="Failure">Or why there is none.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Held">For how much of it messages of other topics had to wait.</param>
internal sealed record StepAnswer(StepResult Result, Exception? Failure, TimeSpan Took, TimeSpan Held);
