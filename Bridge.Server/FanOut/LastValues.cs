using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>Last values as they were read.</summary>
internal sealed record LastValues
{
    /// <summary>What was read, ordered by topic (by UTF-16 code unit). Among changes also the messages that deleted a topic.</summary>
    public required IReadOnlyList<SequencedMessage> Messages { get; init; }

    /// <summary>The position as of which it is all there is: who asks for what has changed since misses nothing.</summary>
    public required StreamCursor Cursor { get; init; }

    /// <summary>
    /// What tells it from what is read at another time: the same only where the values are. Null where a topic has none. Of one topic it
    /// is the cursor of its message; of several that of the newest, and how many there are: each that comes is newer, so that the same
    /// number with the same newest is the same values.
    /// </summary>
    public required string? Tag { get; init; }

    /// <summary>Whether it is everything, though changes were asked for: what has changed cannot be told any more.</summary>
    public bool IsReset { get; init; }

    /// <summary>Whether the bridge itself may have missed some of what has changed: its link was down, or it was restarted.</summary>
    public bool HasGap { get; init; }

    /// <summary>How many values were left out because they are too old.</summary>
    public int Stale { get; init; }

    /// <summary>Where the list goes on; null where this is its end.</summary>
    public ReadPage? Next { get; init; }

    public required ReadOutcome Outcome { get; init; }

    /// <summary>Whether it is worth an answer to who waits for something new.</summary>
    public required bool IsNews { get; init; }

    /// <summary>The message as readers are shown it: with its own cursor.</summary>
    public BridgeMessage Show(in SequencedMessage message) =>
        message.Message with { Cursor = (Cursor with { Position = message.Position }).ToString() };
}

/// <summary>What came of reading.</summary>
internal enum ReadOutcome
{
    /// <summary>Values, or for a filter none.</summary>
    Values,

    /// <summary>Nothing that the reader does not know.</summary>
    Unchanged,

    /// <summary>There is no value.</summary>
    Nothing,

    /// <summary>There are only values that are too old.</summary>
    Stale,
}
