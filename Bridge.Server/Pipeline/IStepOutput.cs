using System.Diagnostics;
using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Pipeline;

/// <summary>Where messages go that have been through the steps. Calls come one at a time for a message, and must not wait.</summary>
internal interface IStepOutput
{
    /// <summary>Takes a message that goes on; where it was split, one after the other.</summary>
    void GoOn(in StepWork work, BridgeMessage message);

    /// <summary>Nothing more comes of it.</summary>
    void End(in StepWork work, in StepVerdict verdict);
}

/// <summary>A message that is to go through the steps.</summary>
/// <param name="Message">The message. Those of one topic go in order.</param>
/// <param name="Output">Where it goes then.</param>
/// <param name="User">Who publishes or reads it; null where that is not known.</param>
/// <param name="Tag">Whatever its output knows it by.</param>
/// <param name="Trace">The activity of its arrival, where it is followed in a trace.</param>
/// <param name="ArrivedAt">The newest position of its stream when it came.</param>
internal readonly record struct StepWork(
    BridgeMessage Message, IStepOutput Output, string? User = null, long Tag = 0, Activity? Trace = null, long ArrivedAt = long.MaxValue)
{
    /// <summary>What it counts for where many wait, in bytes.</summary>
    public int Size => Message.Measure() + SequencedMessage.Overhead;
}

/// <summary>What became of a message.</summary>
/// <param name="End">What; where it was split, the worst that became of a part, with a failure the worst.</param>
/// <param name="Step">The step that ended it; null where none did.</param>
/// <param name="Reason">Why it was rejected, or what failed.</param>
/// <param name="Code">The code of a failure that is no step's; null where it is one's.</param>
internal readonly record struct StepVerdict(StepEnd End, string? Step = null, string? Reason = null, string? Code = null)
{
    /// <summary>There is no room for it.</summary>
    public static readonly StepVerdict Overloaded = new(StepEnd.Failed, Reason: "Too many messages wait for the steps of the broker.", Code: ErrorCodes.Overloaded);

    /// <summary>The failure that it is to who published or reads the message; only where it was rejected or failed.</summary>
    public BridgeException ToFailure() =>
        Code is not null ? new BridgeException(Code, Reason!) { RetryAfter = TimeSpan.FromSeconds(1) }
        : new BridgeException(ErrorCodes.StepRejected, End == StepEnd.Rejected ? Reason! : $"Step '{Step}' {Reason}; it lets nothing past it then.");

    public StepVerdict Or(in StepVerdict other) => other.End >= End ? other : this;
}

/// <summary>How a message's way through the steps ends, the worse the later.</summary>
internal enum StepEnd : byte
{
    Dropped,
    WentOn,
    Rejected,
    Failed,
}
