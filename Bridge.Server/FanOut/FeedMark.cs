namespace Bridge.Server.FanOut;

/// <summary>How far a feed has come, or one of its subscribers.</summary>
/// <param name="Count">How many of the feed's messages were delivered, or told of as skipped.</param>
/// <param name="Position">The position in the stream up to which all is known.</param>
internal readonly record struct FeedMark(long Count, long Position);
