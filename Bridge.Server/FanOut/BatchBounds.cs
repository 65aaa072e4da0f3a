namespace Bridge.Server.FanOut;

/// <summary>
/// How much travels in one batch: large enough that its frame does not matter, and small enough that the encoded bytes of small messages
/// stay off the large object heap (85,000 bytes), which is collected with the oldest generation only.
/// </summary>
internal static class BatchBounds
{
    public const int Messages = 256;
    public const int PayloadBytes = 32_768;
}
