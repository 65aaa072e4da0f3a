namespace Bridge.Server.FanOut;

/// <summary>What waits for one connection at one moment.</summary>
/// <param name="Bytes">How many encoded bytes.</param>
/// <param name="Records">How many records; a snapshot counts as one.</param>
/// <param name="IsBehind">Whether a subscription of it was too slow, and will catch up.</param>
internal readonly record struct OutboxStatistics(long Bytes, int Records, bool IsBehind);
