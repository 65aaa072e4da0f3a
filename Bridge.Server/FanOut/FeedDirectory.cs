using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>The feeds of one stream. Guarded by the stream's lock.</summary>
internal sealed class FeedDirectory(MessageStream stream, Func<string> nextId)
{
    private readonly TopicFilterTree<Feed> _byTopic = new();
    private readonly Dictionary<TopicFilter, List<Feed>> _byFilter = [];

    /// <summary>Appends the feeds whose filter matches a topic.</summary>
    public void Match(string topic, List<Feed> matches) => _byTopic.Match(topic, matches);

    /// <summary>
    /// Finds the filter's feed, or makes it. A connection that subscribes to a filter twice gets a second feed of it: each of its
    /// subscriptions has an id of its own, and everybody's second one shares that.
    /// </summary>
    public Feed FindOrAdd(TopicFilter filter, Outbox outbox)
    {
        if (!_byFilter.TryGetValue(filter, out var feeds))
            _byFilter.Add(filter, feeds = []);
        var feed = feeds.Find(existing => !outbox.Has(existing));
        if (feed is null)
        {
            feed = new Feed(stream, nextId(), filter);
            feeds.Add(feed);
            _byTopic.Add(filter, feed);
        }

        return feed;
    }

    public void RemoveIfUnused(Feed feed)
    {
        if (feed.Subscribers.Count > 0)
            return;

        var feeds = _byFilter[feed.Filter];
        feeds.Remove(feed);
        if (feeds.Count == 0)
            _byFilter.Remove(feed.Filter);
        _byTopic.Remove(feed.Filter, feed);
    }
}
