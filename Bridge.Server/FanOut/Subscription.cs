namespace Bridge.Server.FanOut;

/// <summary>What a new subscription is told.</summary>
/// <param name="Id">What its batches carry.</param>
/// <param name="Cursor">The position at which it began.</param>
/// <param name="MatchedTopics">How many topics had a last value then.</param>
/// <param name="Resumed">Whether it goes on from where it was.</param>
/// <param name="Gap">Whether the bridge itself may have missed messages since then.</param>
internal readonly record struct Subscription(string Id, string Cursor, int MatchedTopics, bool Resumed, bool Gap);

/// <summary>A stream's numbers at one moment.</summary>
/// <param name="Topics">How many topics have a last value.</param>
/// <param name="CachedBytes">What the last values occupy.</param>
/// <param name="Evicted">How many were evicted.</param>
/// <param name="Expired">How many ran out of time.</param>
/// <param name="Subscriptions">How many subscriptions there are.</param>
/// <param name="Connections">How many connections have them.</param>
/// <param name="Feeds">What they share.</param>
/// <param name="Watches">For how many filters somebody waits for the next message.</param>
internal readonly record struct StreamStatistics(
    int Topics, long CachedBytes, long Evicted, long Expired, int Subscriptions, int Connections, FeedStatistics Feeds, int Watches);

/// <summary>The numbers of a stream's feeds at one moment.</summary>
/// <param name="Count">How many feeds there are.</param>
/// <param name="Levels">How many levels their filters occupy.</param>
/// <param name="Visited">How many of those the searches for a topic's feeds have come to so far.</param>
internal readonly record struct FeedStatistics(int Count, int Levels, long Visited);
