using Bridge.Contracts;

namespace Bridge.Server.Messages;

/// <summary>A message at its place in its broker's stream.</summary>
/// <param name="Position">1 for the first message of a stream, and one more for each that follows.</param>
/// <param name="Message">The message; its cursor is null, because the position is it.</param>
internal readonly record struct SequencedMessage(long Position, BridgeMessage Message);
