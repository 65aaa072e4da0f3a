using Bridge.Contracts;

namespace Bridge.Server.Caching;

/// <summary>What a broker's stream begins with: nothing, or what was read back from disk.</summary>
/// <param name="Epoch">What tells its cursors from those of other streams: short, and never the same twice.</param>
internal sealed record StreamStart(string Epoch)
{
    /// <summary>The position from which it goes on: whatever cursor was given before, it is not beyond.</summary>
    public long Position { get; init; }

    /// <summary>The position up to which all last values were read back. What came between the two is lost.</summary>
    public long KnownUpTo { get; init; }

    /// <summary>The position of the newest value that was evicted.</summary>
    public long EvictedUpTo { get; init; }

    /// <summary>The position of the newest deletion that is not known any more.</summary>
    public long DeletionsForgottenUpTo { get; init; }

    /// <summary>The last values, and the messages that deleted one, in the order of the stream.</summary>
    public IReadOnlyList<KeptMessage> Values { get; init; } = [];
}

/// <summary>What is kept of a topic.</summary>
/// <param name="Position">Where in the stream its last message came.</param>
/// <param name="Message">The message, or the empty one that deleted the topic.</param>
/// <param name="Retained">The last retained message, where that is another one before it.</param>
internal readonly record struct KeptMessage(long Position, BridgeMessage Message, BridgeMessage? Retained);
