using System.Globalization;

namespace Bridge.Server.FanOut;

/// <summary>Where a list that is read in parts goes on, as clients know it: <c>cursor:since:topic</c>.</summary>
/// <param name="AsOf">When its first part was read: from there a reader asks for what has changed, be it before or behind this place.</param>
/// <param name="Since">Where it lists what has changed: the position since when.</param>
/// <param name="AfterTopic">The last topic of the part before.</param>
internal readonly record struct ReadPage(StreamCursor AsOf, long? Since, string AfterTopic)
{
    /// <exception cref="Messages.BridgeException">It is none.</exception>
    public static ReadPage Parse(string text)
    {
        if (text.Split(':', 3) is not [var cursor, var since, var topic])
            throw StreamCursor.Invalid();
        var asOf = StreamCursor.Parse(cursor);
        if (since.Length == 0)
            return new ReadPage(asOf, null, topic);

        return long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position <= asOf.Position
            ? new ReadPage(asOf, position, topic)
            : throw StreamCursor.Invalid();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AsOf}:{Since}:{AfterTopic}");
}
