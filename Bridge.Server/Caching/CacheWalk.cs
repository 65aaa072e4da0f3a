namespace Bridge.Server.Caching;

/// <summary>How far a walk through what is kept of one broker's messages has come, in the order of the stream.</summary>
/// <param name="After">The position that it has reached.</param>
/// <param name="UpTo">The position at which it ends.</param>
/// <param name="Kind">Which messages count.</param>
/// <param name="At">The message that it has reached, if it is still there.</param>
internal readonly record struct CacheWalk(long After, long UpTo, WalkKind Kind, CachedMessage? At = null);

/// <summary>Which messages a walk comes to.</summary>
internal enum WalkKind
{
    /// <summary>The last of each topic.</summary>
    LastMessages,

    /// <summary>The last of each topic, also that which deleted it.</summary>
    LastMessagesAndDeletions,

    /// <summary>Every message that is still kept.</summary>
    EachMessage,
}
