using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// How much travels in one batch: large enough that its frame does not matter, and small enough that the encoded bytes of small messages
/// stay off the large object heap (85,000 bytes), which is collected with the oldest generation only.
/// </summary>
internal static class BatchBounds
{
    private const int Messages = 256;
    private const int PayloadBytes = 32_768;

    /// <summary>Where the batch that begins at a message ends, at the latest at <paramref name="most"/>.</summary>
    public static int EndOf(ReadOnlySpan<SequencedMessage> messages, int from, int most)
    {
        var end = from;
        for (var bytes = 0L; end < most && end - from < Messages && bytes < PayloadBytes; end++)
            bytes += messages[end].Message.Payload.Length;
        return end;
    }
}
