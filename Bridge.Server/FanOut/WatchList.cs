using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>
/// Who waits for the next message of a filter. It costs nothing while nobody waits, no thread and no search for who does: a message
/// wakes them. Guarded by the stream's lock.
/// </summary>
internal sealed class WatchList
{
    private readonly Dictionary<TopicFilter, Watch> _byFilter = [];
    private readonly TopicFilterTree<Watch> _byTopic = new();
    private readonly List<Watch> _matches = [];

    /// <summary>How many filters are waited for.</summary>
    public int Count => _byFilter.Count;

    public Watch Join(TopicFilter filter)
    {
        if (!_byFilter.TryGetValue(filter, out var watch))
        {
            _byFilter.Add(filter, watch = new Watch(filter));
            _byTopic.Add(filter, watch);
        }

        watch.Waiting++;
        return watch;
    }

    /// <summary>Ends one wait.</summary>
    public void Leave(Watch watch)
    {
        if (--watch.Waiting == 0)
            Remove(watch);
    }

    /// <summary>Wakes those who wait for a filter that matches the topic. They are not woken again: who wants to wait on joins again.</summary>
    public void Wake(string topic)
    {
        if (_byFilter.Count == 0)
            return;

        _byTopic.Match(topic, _matches);
        foreach (var watch in _matches)
        {
            Remove(watch);
            ThreadPool.UnsafeQueueUserWorkItem(watch, preferLocal: false);
        }

        _matches.Clear();
    }

    /// <summary>Wakes everybody.</summary>
    public void WakeAll()
    {
        foreach (var watch in _byFilter.Values.ToList())
        {
            Remove(watch);
            ThreadPool.UnsafeQueueUserWorkItem(watch, preferLocal: false);
        }
    }

    /// <summary>What was woken is not in the list any more; another of its filter may be.</summary>
    private void Remove(Watch watch)
    {
        if (_byFilter.GetValueOrDefault(watch.Filter) != watch)
            return;

        _byFilter.Remove(watch.Filter);
        _byTopic.Remove(watch.Filter, watch);
    }
}
