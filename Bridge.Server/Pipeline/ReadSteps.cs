using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Messages;

namespace Bridge.Server.Pipeline;

/// <summary>Has last values that clients read go through the steps.</summary>
internal sealed class ReadSteps(StepPipeline pipeline)
{
    /// <summary>So many values of one list are on their way at a time: others read too.</summary>
    private const int MostTogether = 500;

    /// <summary>Finds what of some values is shown.</summary>
    /// <param name="brokerKey">Their broker.</param>
    /// <param name="values">The values.</param>
    /// <param name="isOne">Whether one was asked for: who gets none because a step refused it is told so.</param>
    /// <param name="user">Who reads.</param>
    /// <returns>The same list where no step wants any of them.</returns>
    /// <exception cref="BridgeException">A step rejected the one value, or failed; or too many wait.</exception>
    public ValueTask<IReadOnlyList<SequencedMessage>> RunAsync(string brokerKey, IReadOnlyList<SequencedMessage> values, bool isOne, string? user) =>
        pipeline.FindLane(brokerKey, StepStage.Read) is { } lane && values.Any(value => IsWanted(lane, value))
            ? new(RunAsync(lane, values, isOne, user))
            : new(values);

    private static async Task<IReadOnlyList<SequencedMessage>> RunAsync(StepLane lane, IReadOnlyList<SequencedMessage> values, bool isOne, string? user)
    {
        var shown = new BridgeMessage?[values.Count];
        var some = new ReadsThroughSteps(shown, isOne);
        for (var i = 0; i < values.Count; i++)
        {
            if (!IsWanted(lane, values[i]))
            {
                shown[i] = values[i].Message;
                continue;
            }

            // Where there is no room, that may be for those of this list; others read too.
            while (some.Count == MostTogether || !some.TryBegin(lane, new StepWork(values[i].Message, some, user, i)))
            {
                if (some.Count == 0)
                    throw StepVerdict.Overloaded.ToFailure();

                await some.WhenDoneAsync();
                some = new ReadsThroughSteps(shown, isOne);
            }
        }

        await some.WhenDoneAsync();
        return [.. values.Index().Where(value => shown[value.Index] is not null).Select(value => value.Item with { Message = shown[value.Index]! })];
    }

    /// <summary>A deletion has nothing to show.</summary>
    private static bool IsWanted(StepLane lane, in SequencedMessage value) => !value.IsDeletion && lane.Takes(value.Message.Topic);
}

/// <summary>Some values on their way through the steps.</summary>
/// <param name="shown">Where they go.</param>
/// <param name="isOne">Whether one was asked for.</param>
internal sealed class ReadsThroughSteps(BridgeMessage?[] shown, bool isOne) : IStepOutput
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One more than there are, until all have begun.
    private int _open = 1;
    private StepVerdict _verdict;
    private volatile bool _isLeftOut;

    /// <summary>How many have begun.</summary>
    public int Count { get; private set; }

    public bool TryBegin(StepLane lane, in StepWork work)
    {
        Interlocked.Increment(ref _open);
        if (lane.Post(work, makesRoom: false))
        {
            Count++;
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    /// <exception cref="BridgeException">A step refused the one value that was asked for.</exception>
    public async Task WhenDoneAsync()
    {
        Close();
        await _done.Task;
        if (isOne && _verdict.End is StepEnd.Rejected or StepEnd.Failed)
            throw _verdict.ToFailure();
        if (_isLeftOut)
            throw StepVerdict.Overloaded.ToFailure();
    }

    public void GoOn(in StepWork work, BridgeMessage message) => shown[work.Tag] = message;

    public void End(in StepWork work, in StepVerdict verdict)
    {
        if (isOne)
            _verdict = verdict;
        else if (verdict.Code is not null)
            _isLeftOut = true;
        Close();
    }

    private void Close()
    {
        if (Interlocked.Decrement(ref _open) == 0)
            _done.SetResult();
    }
}
