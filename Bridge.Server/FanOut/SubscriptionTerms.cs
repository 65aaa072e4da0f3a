using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>What a subscriber wants.</summary>
/// <param name="Filter">The topics.</param>
/// <param name="Mode">What of their messages.</param>
/// <param name="Snapshot">Whether the last values come first.</param>
/// <param name="ResumeFrom">Up to where it knows everything, if it was here before.</param>
/// <param name="HeardSince">The position since which the broker sends these topics: what was before may be missing.</param>
internal readonly record struct SubscriptionTerms(
    TopicFilter Filter, DeliveryMode Mode, bool Snapshot, StreamCursor? ResumeFrom = null, long HeardSince = 0);
