using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>The feeds of one stream. Guarded by the stream's lock.</summary>
internal sealed class FeedDirectory(MessageStream stream, Func<string> nextId)
{
    private readonly TopicFilterTree<Feed> _byTopic = new();
    private readonly Dictionary<(TopicFilter Filter, DeliveryMode Mode), List<Feed>> _byKey = [];

    /// <summary>Appends the feeds whose filter matches a topic.</summary>
    public void Match(string topic, List<Feed> matches) => _byTopic.Match(topic, matches);

    /// <summary>
    /// Finds the filter's feed of a mode, or makes it. A connection that subscribes to the same twice gets a second feed of it: each of
    /// its subscriptions has an id of its own, and everybody's second one shares that.
    /// </summary>
    public Feed FindOrAdd(TopicFilter filter, DeliveryMode mode, Outbox outbox)
    {
        if (!_byKey.TryGetValue((filter, mode), out var feeds))
            _byKey.Add((filter, mode), feeds = []);
        var feed = feeds.Find(existing => !outbox.Has(existing));
        if (feed is null)
        {
            feed = new Feed(stream, nextId(), filter, mode);
            feeds.Add(feed);
            _byTopic.Add(filter, feed);
        }

        return feed;
    }

    public void RemoveIfUnused(Feed feed)
    {
        if (feed.Subscribers.Length > 0)
            return;

        var feeds = _byKey[(feed.Filter, feed.Mode)];
        feeds.Remove(feed);
        if (feeds.Count == 0)
            _byKey.Remove((feed.Filter, feed.Mode));
        _byTopic.Remove(feed.Filter, feed);
    }
}
