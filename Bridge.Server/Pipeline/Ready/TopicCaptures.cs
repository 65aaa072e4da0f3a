using Bridge.Server.Topics;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>What the wildcards of a filter matched of a topic, in order.</summary>
internal static class TopicCaptures
{
    public static int Count(TopicFilter filter) => filter.Text.AsSpan().CountAny('+', '#');

    /// <param name="filter">The filter.</param>
    /// <param name="topic">A topic that it matches.</param>
    /// <returns>A level for each <c>+</c>; the rest for <c>#</c>, null when it matched nothing, not even an empty level.</returns>
    public static string?[] Of(TopicFilter filter, string topic)
    {
        var captures = new string?[Count(filter)];
        var (count, start) = (0, 0);
        foreach (var level in new TopicLevels(filter.Text))
        {
            if (level is "#")
            {
                captures[count] = start <= topic.Length ? topic[start..] : null;
                break;
            }

            var slash = topic.IndexOf('/', start);
            var end = slash < 0 ? topic.Length : slash;
            if (level is "+")
                captures[count++] = topic[start..end];
            start = end + 1;
        }

        return captures;
    }
}
