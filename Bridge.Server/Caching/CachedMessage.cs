using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Caching;

/// <summary>The last message of one topic.</summary>
internal sealed class CachedMessage(BridgeMessage message, long position)
{
    /// <summary>
    /// What keeping a topic costs beside its bytes: objects, dictionary and tree entries (measured with 200,000 topics of 4 levels).
    /// </summary>
    private const int Overhead = 400;

    public BridgeMessage Message { get; private set; } = message;

    /// <summary>Where in the stream the message came.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Where in the stream the broker last sent the topic, be it news or not.</summary>
    public long SeenAt { get; set; } = position;

    public long Bytes { get; private set; } = Measure(message);

    /// <summary>The topic's last retained message: <see cref="Message"/> itself, or one that came before it; null when none was seen.</summary>
    public BridgeMessage? Retained { get; private set; } = message.Retain ? message : null;

    /// <summary>The neighbour that was updated before this one.</summary>
    public CachedMessage? Older { get; set; }

    /// <summary>The neighbour that was updated after this one.</summary>
    public CachedMessage? Newer { get; set; }

    /// <summary>
    /// Who gets the topic's messages, as whoever sends them on found out last; null when that has to be found out again. It stands here
    /// because each message comes here: to look it up costs nothing more, and there are never more of them than topics.
    /// </summary>
    public object? Receivers { get; set; }

    /// <summary>Sets the last retained message, where another message came after it.</summary>
    public void SetRetained(BridgeMessage retained)
    {
        Retained = retained;
        Bytes += Measure(retained) - Overhead;
    }

    /// <summary>Notes that the broker has sent the message again: it need not be believed any more that it holds.</summary>
    public void Confirm(BridgeMessage repeated, long position)
    {
        SeenAt = position;
        if (Message.Source != MessageSource.Restored || !Message.Retain)
            return;

        Message = Message with { Source = repeated.Source };
        Retained = Message;
    }

    public void Replace(BridgeMessage message, long position)
    {
        (Message, Position, SeenAt) = (message, position, position);
        Retained = message.Retain ? message : Retained;
        Bytes = Measure(message) + (Retained is null || message.Retain ? 0 : Measure(Retained) - Overhead);
    }

    private static long Measure(BridgeMessage message) => Overhead + message.Measure();
}
