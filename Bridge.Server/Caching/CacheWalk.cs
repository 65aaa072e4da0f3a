namespace Bridge.Server.Caching;

/// <summary>How far a walk through the last messages has come, in the order of the stream.</summary>
/// <param name="After">The position that it has reached.</param>
/// <param name="UpTo">The position at which it ends.</param>
/// <param name="WithDeletions">Whether the messages that deleted a topic count.</param>
/// <param name="At">The message that it has reached, if it is still there.</param>
internal readonly record struct CacheWalk(long After, long UpTo, bool WithDeletions, CachedMessage? At = null);
