using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>Lists of messages ordered by topic (by UTF-16 code unit), whole or in parts.</summary>
internal static class TopicOrder
{
    private static readonly Comparer<string> Descending = Comparer<string>.Create(static (a, b) => string.CompareOrdinal(b, a));

    /// <summary>Takes the first messages behind a topic, in order. A small part of many costs little more than to go through them once.</summary>
    /// <param name="messages">Messages of different topics; they are put in another order.</param>
    /// <param name="afterTopic">The topic, or null for all.</param>
    /// <param name="most">How many to take.</param>
    /// <param name="isWhole">Whether there are no more behind these.</param>
    public static IReadOnlyList<SequencedMessage> Take(List<SequencedMessage> messages, string? afterTopic, int most, out bool isWhole)
    {
        if (afterTopic is not null)
            messages.RemoveAll(message => string.CompareOrdinal(message.Message.Topic, afterTopic) <= 0);
        isWhole = messages.Count <= most;
        var taken = isWhole ? messages : FirstOf(messages, most);
        taken.Sort(static (a, b) => string.CompareOrdinal(a.Message.Topic, b.Message.Topic));
        return taken;
    }

    private static List<SequencedMessage> FirstOf(List<SequencedMessage> messages, int most)
    {
        // The last of those that were taken so far comes out first.
        var taken = new PriorityQueue<SequencedMessage, string>(most, Descending);
        foreach (var message in messages)
        {
            if (taken.Count < most)
                taken.Enqueue(message, message.Message.Topic);
            else
                taken.EnqueueDequeue(message, message.Message.Topic);
        }

        return [.. taken.UnorderedItems.Select(item => item.Element)];
    }
}
