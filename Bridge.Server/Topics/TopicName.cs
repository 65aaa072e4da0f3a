namespace Bridge.Server.Topics;

/// <summary>The rules for a topic name, the thing that a message is published to (MQTT 5 §4.7).</summary>
internal static class TopicName
{
    /// <summary>How many bytes of UTF-8 a topic name or a topic filter has at most (MQTT 5 §1.5.4, §4.7.3).</summary>
    public const int MaxBytes = 65535;

    /// <summary>
    /// Says in one sentence why <paramref name="topic"/> is no topic name, or null when it is one. Control characters other than
    /// U+0000 and non-characters are allowed: a server may refuse them (MQTT 5 §1.5.4), this one carries them.
    /// </summary>
    public static string? Check(string topic)
    {
        if (TopicText.Check(topic, "topic name") is { } problem) return problem;

        var wildcard = topic.AsSpan().IndexOfAny('+', '#');
        return wildcard < 0
            ? null
            : $"A topic name must not contain a wildcard, and has '{topic[wildcard]}' at character {wildcard + 1}.";
    }

    /// <summary>
    /// Whether the topic begins with <c>$</c>: it belongs to the broker, and filters that begin with a wildcard do not match it
    /// (MQTT 5 §4.7.2).
    /// </summary>
    public static bool IsReserved(string topic) => topic.StartsWith('$');
}
