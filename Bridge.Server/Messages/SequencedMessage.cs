using Bridge.Contracts;

namespace Bridge.Server.Messages;

/// <summary>A message at its place in its broker's stream.</summary>
/// <param name="Position">1 for the first message of a stream, and one more for each that follows.</param>
/// <param name="Message">The message; its cursor is null, because the position is it.</param>
internal readonly record struct SequencedMessage(long Position, BridgeMessage Message)
{
    /// <summary>What a message takes beside its payload and texts where it waits with others, in bytes.</summary>
    public const int Overhead = 256;

    /// <summary>What it counts for where many wait, in bytes.</summary>
    public int Size => Message.Measure() + Overhead;

    /// <summary>Whether it deletes its topic's retained message (MQTT 5 §3.3.1.3).</summary>
    public bool IsDeletion => Message is { Retain: true, Payload.IsEmpty: true };

    /// <summary>The order of the stream.</summary>
    public static int ByPosition(SequencedMessage a, SequencedMessage b) => a.Position.CompareTo(b.Position);
}
