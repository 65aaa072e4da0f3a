using System.Runtime.InteropServices;
using Bridge.Server.Caching;
using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>
/// The feeds of one stream. Guarded by the stream's lock. Which of them match a topic is kept with the topic's last value until one that
/// matches it comes or goes: while other filters come and go, the topic is not searched for again.
/// </summary>
/// <remarks>
/// Among 100,000 filters a search costs 0.3 µs for the same few topics, and 1.4 to 2.3 µs when thousands take turns, since the tree is
/// larger than the processor's caches; to find what is kept costs 0.02 µs, or up to 0.4 right after others have come and gone.
/// </remarks>
internal sealed class FeedDirectory(MessageStream stream, Func<string> nextId)
{
    // Where more match, the search is the lesser part of what a message costs, and the lists would be much of what a topic takes.
    private const int MostKept = 32;

    private readonly TopicFilterTree<Feed> _byTopic = new();
    private readonly Dictionary<(TopicFilter Filter, DeliveryMode Mode), List<Feed>> _byKey = [];
    private readonly List<Feed> _matches = [];

    /// <summary>Finds the feeds whose filter matches a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="kept">What is kept of the topic; null when nothing is.</param>
    /// <returns>The feeds, until the next call.</returns>
    public ReadOnlySpan<Feed> Match(string topic, CachedMessage? kept)
    {
        if (kept?.Receivers is Feed[] known && !AnyIsRemoved(known))
            return known;

        _matches.Clear();
        _byTopic.Match(topic, _matches);
        if (kept is not null)
            kept.Receivers = _matches.Count <= MostKept ? _matches.ToArray() : null;
        return CollectionsMarshal.AsSpan(_matches);
    }

    /// <summary>
    /// Finds the filter's feed of a mode, or makes it. A connection that subscribes to the same twice gets a second feed of it: each of
    /// its subscriptions has an id of its own, and everybody's second one shares that. When it is new (it has no subscriber yet), the topics
    /// that it matches must forget their receivers: the subscriber's search for their last values comes to each of them anyway.
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

    /// <summary>
    /// Removes a feed that nobody is left on. The topics that it matched see it at their next message: to go to all of them now would
    /// hold up everybody when the last subscriber of <c>#</c> leaves.
    /// </summary>
    public void RemoveIfUnused(Feed feed)
    {
        if (feed.Subscribers.Count > 0)
            return;

        var feeds = _byKey[(feed.Filter, feed.Mode)];
        feeds.Remove(feed);
        if (feeds.Count == 0)
            _byKey.Remove((feed.Filter, feed.Mode));
        _byTopic.Remove(feed.Filter, feed);
        feed.IsRemoved = true;
    }

    /// <summary>Everybody on any of them.</summary>
    public List<Subscriber> GetSubscribers()
    {
        var all = new List<Subscriber>();
        foreach (var feed in _byKey.Values.SelectMany(feeds => feeds))
        {
            foreach (var subscriber in feed.Subscribers)
                all.Add(subscriber);
        }

        return all;
    }

    public FeedStatistics GetStatistics() => new(_byTopic.Count, _byTopic.NodeCount, _byTopic.Visited);

    private static bool AnyIsRemoved(Feed[] feeds)
    {
        foreach (var feed in feeds)
        {
            if (feed.IsRemoved)
                return true;
        }

        return false;
    }
}
